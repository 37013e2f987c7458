import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const calque = path.join(root, 'packages/cli/bin/calque.js');
const golden = path.join(root, 'fixtures/golden');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'calque-import-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing to download from, and no Python: an empty PATH. */
async function run(...argv: readonly string[]): Promise<Ended> {
  const env = { PATH: '', HOME: folder, CALQUE_HOME: path.join(folder, 'home') };
  return new Promise((resolve) => {
    execFile(process.execPath, [calque, ...argv], { cwd: folder, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, stdout, stderr });
    });
  });
}

describe('A checkpoint from its file to a mask', () => {
  test.each([
    ['sam1-micro/sam1-micro.pth', 'sam1', []],
    ['sam2-micro/sam2-micro.pt', 'sam2', ['--config', 'micro.json']],
    ['mobilesam-micro/mobilesam-micro.pth', 'mobile', ['--precision', 'fp16']],
  ] as const)('%s', async (file, id, flags) => {
    const config = {
      imageSize: 256,
      embedDim: 16,
      heads: 1,
      stages: [1, 2, 3, 1],
      globalBlocks: [4],
      windows: [8, 4, 14, 7],
    };
    await writeFile(path.join(folder, 'micro.json'), JSON.stringify(config));
    const imported = await run('models', 'import', path.join(golden, file), '--id', id, ...flags, '--json');
    expect(imported).toMatchObject({ code: 0 });
    const facts = JSON.parse(imported.stdout) as { probe: { iou: number; score: number } };
    expect(facts).toMatchObject({ id, licence: { spdx: 'NOASSERTION' } });
    expect(facts.probe.iou).toBeGreaterThan(0);
    expect(imported.stderr).toContain('the probe expects IoU 0.9 or more');

    const image = path.join(root, 'samples/blocks.jpg');
    const segmented = await run('segment', image, '--box', '180,180,540,540', '--model', id, '--out', id);
    expect(segmented).toMatchObject({ code: 0 });
    const listed = await run('models', 'list');
    expect(listed.stdout).toMatch(new RegExp(`^${id} +installed`, 'm'));
    const verified = await run('models', 'verify', id);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(`${id}  encoder.onnx  ok`) });
  });

  test('a model that answers otherwise than after its import is found by verify', async () => {
    await run('models', 'import', path.join(golden, 'sam1-micro/sam1-micro.pth'), '--id', 'changed');
    const { stdout } = await run('models', 'path', 'changed');
    const marker = path.join(stdout.trim(), 'manifest.json');
    const { readFile } = await import('node:fs/promises');
    const text = JSON.parse(await readFile(marker, 'utf8')) as { probe: { iou: number } };
    text.probe.iou = 0.97;
    await writeFile(marker, JSON.stringify(text));
    const verified = await run('models', 'verify', 'changed');
    expect(verified).toMatchObject({
      code: 55,
      stderr: expect.stringContaining('answers the built-in probe wrongly'),
    });
  });
});

test('The published checkpoints are listed, and what is no checkpoint has an exit code of its own', async () => {
  const listed = await run('models', 'list', '--json');
  const models = JSON.parse(listed.stdout) as { id: string; state: string }[];
  for (const id of [
    'sam-vit-b',
    'sam-vit-l',
    'sam-vit-h',
    'sam2.1-hiera-large',
    'sam2-hiera-small',
    'mobile-sam',
  ])
    expect(models.find((model) => model.id === id)).toMatchObject({ state: 'absent' });
  const refused = await run('models', 'import', path.join(root, 'README.md'));
  expect(refused).toMatchObject({ code: 58, stderr: expect.stringContaining('neither a zip file nor') });
});
