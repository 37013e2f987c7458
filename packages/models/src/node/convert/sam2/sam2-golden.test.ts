import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts';
import { serializeGraph } from '../../onnx/graph/write-graph.ts';
import { CheckpointWeights } from '../checkpoint-weights.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import { type Golden, largestDifference, readGolden, SAM2_MICRO } from '../testing/golden.ts';
import { finer, positionOf, sideOf, type TokenOrder } from '../token-order.ts';
import type { HieraConfig } from './hiera-config.ts';
import { sam2Encoder } from './sam2-encoder.ts';
import { isMemoryTensor, sam2Layout } from './sam2-layout.ts';

const micro: HieraConfig = { variant: 'micro', ...SAM2_MICRO };

interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

let golden: Golden;
let checkpoint: Checkpoint;
let weights: CheckpointWeights;
let order: TokenOrder;
let image: Readonly<Record<string, ort.Tensor>>;
let decoder: ort.InferenceSession;

beforeAll(async () => {
  golden = await readGolden('sam2-micro');
  checkpoint = await openCheckpoint(golden.checkpointPath);
  weights = new CheckpointWeights(checkpoint);
  const layout = sam2Layout(weights, micro);
  order = layout.order;
  const encoder = await ort.InferenceSession.create(
    await serializeGraph(sam2Encoder(weights, micro, layout, 'fp32')),
  );
  decoder = await ort.InferenceSession.create(await serializeGraph(maskDecoder(weights, layout, 'fp32')));
  const { data, dims } = await golden.tensor('input_normalized');
  image = await encoder.run({ image: new ort.Tensor('float32', data, dims) });
  await encoder.release();
});
afterAll(async () => {
  await decoder.release();
  await checkpoint.close();
});

/** [1, cells, channels] in the order as [1, channels, height, width], less a constant of each channel. */
function asImage(name: string, gridOrder: TokenOrder, constant: Float32Array): Tensor {
  const found = image[name];
  if (!(found?.data instanceof Float32Array)) throw new TypeError(`no ${name}`);
  const channels = Number(found.dims[2]);
  const side = sideOf(gridOrder);
  const data = new Float32Array(found.data.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = positionOf(gridOrder, x, y) * channels;
      for (let c = 0; c < channels; c++) {
        data[(c * side + y) * side + x] = (found.data[from + c] ?? 0) - (constant[c] ?? 0);
      }
    }
  }
  return { dims: [1, channels, side, side], data };
}

test('Every tensor of the checkpoint is used', () => {
  expect(() => weights.assertComplete('SAM 2', isMemoryTensor)).not.toThrow();
});

describe('The encoder gives what the reference gives', () => {
  test.each([
    ['image_tokens', 'image_embed', 0, 'sam_prompt_encoder.no_mask_embed.weight'],
    ['detail_1', 'high_res_feats_1', 1, 'sam_mask_decoder.output_upscaling.0.bias'],
    ['detail_0', 'high_res_feats_0', 2, 'sam_mask_decoder.output_upscaling.3.bias'],
  ] as const)('%s', async (output, expected, times, constant) => {
    const found = asImage(output, finer(order, times), await checkpoint.read(constant));
    expect(largestDifference(found, await golden.tensor(expected))).toBeLessThan(1e-3);
  });
});

/** Points as the caller gives them: SAM 2 wants a padding point after them always. */
async function feedsOf(name: string): Promise<Readonly<Record<string, ort.Tensor>>> {
  const prompt = golden.prompts.find((candidate) => candidate.name === name);
  if (prompt === undefined) throw new RangeError(`no prompt ${name}`);
  const side = sideOf(finer(order, 2));
  const coords = [...prompt.coords.flat(), 0, 0];
  const labels = [...prompt.labels, -1];
  const mask = new Float32Array(side * side);
  if (prompt.maskFrom !== null) {
    const logits = await golden.tensor(`low_res_masks_${prompt.maskFrom}`);
    mask.set(
      logits.data.subarray(side * side, 2 * side * side).map((value) => Math.min(Math.max(value, -32), 32)),
    );
  }
  return {
    ...image,
    point_coords: new ort.Tensor('float32', Float32Array.from(coords), [1, labels.length, 2]),
    point_labels: new ort.Tensor('float32', Float32Array.from(labels), [1, labels.length]),
    mask_input: new ort.Tensor('float32', mask, [1, 1, side, side]),
    has_mask_input: new ort.Tensor('float32', Float32Array.of(prompt.maskFrom === null ? 0 : 1), [1]),
  };
}

function tensorOf(outputs: Readonly<Record<string, ort.Tensor>>, name: string): Tensor {
  const { dims, data } = outputs[name] ?? {};
  if (dims === undefined || !(data instanceof Float32Array)) throw new TypeError(`no output ${name}`);
  return { dims, data };
}

describe('The decoder gives what the reference gives', () => {
  test.each(['one_point', 'pos_neg', 'box', 'box_point_neg', 'mask_refine'])('for %s', async (name) => {
    const outputs = await decoder.run(await feedsOf(name));
    const difference = async (output: string, expected: string): Promise<number> =>
      largestDifference(tensorOf(outputs, output), await golden.tensor(`${expected}_${name}`));
    expect(await difference('low_res_masks', 'low_res_masks')).toBeLessThan(1e-3);
    expect(await difference('iou_predictions', 'iou')).toBeLessThan(1e-4);
    expect(await difference('object_scores', 'object_score')).toBeLessThan(1e-4);
  });
});

test('Prompts in a batch, with and without a mask, get the answers that each gets alone', async () => {
  const plain = await feedsOf('one_point');
  const refined = await feedsOf('mask_refine');
  const joined = (name: string): ort.Tensor => {
    const [a, b] = [tensorOf(plain, name), tensorOf(refined, name)];
    return new ort.Tensor('float32', Float32Array.of(...a.data, ...b.data), [2, ...a.dims.slice(1)]);
  };
  const names = ['point_coords', 'point_labels', 'mask_input', 'has_mask_input'];
  const batch = Object.fromEntries(names.map((name) => [name, joined(name)]));
  const together = tensorOf(await decoder.run({ ...image, ...batch }), 'low_res_masks');
  const half = together.data.length / 2;
  for (const [i, name] of ['one_point', 'mask_refine'].entries()) {
    const expected = await golden.tensor(`low_res_masks_${name}`);
    const found = { dims: expected.dims, data: together.data.subarray(i * half, (i + 1) * half) };
    expect(largestDifference(found, expected)).toBeLessThan(1e-3);
  }
});
