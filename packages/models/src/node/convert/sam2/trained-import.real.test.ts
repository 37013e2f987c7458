import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sam2HieraTiny } from '../../../manifest/builtin-manifests.ts';
import { floatTensor, type TensorSpec, writeTorchFile } from '../../checkpoint/testing/write-torch-file.ts';
import { createModelStore } from '../../store/model-store.ts';
import { rebuiltSam2Tiny } from '../testing/rebuilt-sam2-tiny.ts';

const calque = fileURLToPath(new URL('../../../../../cli/bin/calque.js', import.meta.url));

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-trained-'));
  path = join(folder, 'sam2_hiera_tiny.pt');
  await writeTrainedCheckpoint();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The trained weights of the built-in model, in the layout in which SAM 2 is published. */
async function writeTrainedCheckpoint(): Promise<void> {
  const { encoder, decoder } = await createModelStore().ensure(sam2HieraTiny.id);
  const saved = join(folder, 'encoder.onnx');
  const saving = await ort.InferenceSession.create(encoder.path, {
    logSeverityLevel: 3,
    optimizedModelFilePath: saved,
    graphOptimizationLevel: 'disabled',
  });
  await saving.release();
  const rebuilt = rebuiltSam2Tiny(await readFile(saved), await readFile(decoder.path));
  const tensors: TensorSpec[] = [];
  for (const [name, { shape }] of rebuilt.tensors) {
    const values = await rebuilt.read(name);
    tensors.push(floatTensor(name, shape, () => values));
  }
  // Of the memory, which images do not use.
  tensors.push(floatTensor('maskmem_tpos_enc', [7, 1, 1, 64]));
  await writeTorchFile(path, tensors, { under: 'model' });
}

interface Imported {
  readonly id: string;
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly probe: { readonly iou: number; readonly score: number };
}

async function imported(...flags: readonly string[]): Promise<Imported> {
  const env = { PATH: '', HOME: folder, CALQUE_HOME: join(folder, 'home') };
  const argv = [calque, 'models', 'import', path, '--json', ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  return JSON.parse(stdout) as Imported;
}

test('A trained SAM 2 goes from its .pt file to a mask of the probe, in every precision', async () => {
  const full = await imported();
  const half = await imported('--precision', 'fp16');
  const eight = await imported('--precision', 'int8');
  expect([full, half, eight].map(({ id }) => id)).toEqual([
    'sam2-hiera-tiny-imported',
    'sam2-hiera-tiny-fp16',
    'sam2-hiera-tiny-int8',
  ]);
  for (const { probe } of [full, half, eight]) expect(probe.iou).toBeGreaterThan(0.95);
  expect(Math.abs(half.probe.iou - full.probe.iou)).toBeLessThan(0.002);
  expect(Math.abs(eight.probe.iou - full.probe.iou)).toBeLessThan(0.01);
  const [fullBytes, halfBytes, eightBytes] = [full, half, eight].map(({ files }) => files[0]?.sizeBytes ?? 0);
  expect((halfBytes ?? 0) / (fullBytes ?? 1)).toBeLessThan(0.55);
  expect((eightBytes ?? 0) / (fullBytes ?? 1)).toBeLessThan(0.4);
});
