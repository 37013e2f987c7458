import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts';
import { serializeGraph } from '../../onnx/graph/write-graph.ts';
import { CheckpointWeights } from '../checkpoint-weights.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import { type Golden, largestDifference, readGolden } from '../testing/golden.ts';
import { finer, sideOf } from '../token-order.ts';
import type { HieraConfig } from './hiera-config.ts';
import { sam2Encoder } from './sam2-encoder.ts';
import { sam2Layout } from './sam2-layout.ts';

const micro: HieraConfig = {
  variant: 'micro',
  imageSize: 256,
  embedDim: 16,
  heads: 1,
  stages: [1, 2, 3, 1],
  globalBlocks: [4],
  windows: [8, 4, 14, 7],
};

let golden: Golden;
let checkpoint: Checkpoint;

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  golden = await readGolden('sam2-micro');
  checkpoint = await openCheckpoint(golden.checkpointPath);
});
afterAll(() => checkpoint.close());

function float(values: Iterable<number>, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

/** Encodes the golden image and answers its prompt `one_point` in WebAssembly, as a browser does. */
async function answer(precision: 'fp32' | 'fp16' | 'int8'): Promise<ort.InferenceSession.OnnxValueMapType> {
  const weights = new CheckpointWeights(checkpoint);
  const layout = sam2Layout(weights, micro);
  const side = sideOf(finer(layout.order, 2));
  const session = async (graph: ReturnType<typeof sam2Encoder>): Promise<ort.InferenceSession> =>
    ort.InferenceSession.create(await serializeGraph(graph), { executionProviders: ['wasm'] });
  const encoder = await session(sam2Encoder(weights, micro, layout, precision));
  const decoder = await session(maskDecoder(weights, layout, precision));
  const input = await golden.tensor('input_normalized');
  const image = await encoder.run({ image: float(input.data, input.dims) });
  const [point] = golden.prompts.find(({ name }) => name === 'one_point')?.coords ?? [];
  return decoder.run({
    ...image,
    point_coords: float([...(point ?? []), 0, 0], [1, 2, 2]),
    point_labels: float([1, -1], [1, 2]),
    mask_input: float(new Float32Array(side * side), [1, 1, side, side]),
    has_mask_input: float([0], [1]),
  });
}

describe('In WebAssembly', { timeout: 120_000 }, () => {
  test.each([
    ['fp32', 1e-3],
    ['fp16', 0.1],
    ['int8', 3],
  ] as const)('both graphs run in %s', async (precision, tolerance) => {
    const { low_res_masks: logits } = await answer(precision);
    if (!(logits?.data instanceof Float32Array)) throw new TypeError('no masks');
    const expected = await golden.tensor('low_res_masks_one_point');
    expect(largestDifference({ dims: logits.dims, data: logits.data }, expected)).toBeLessThan(tolerance);
  });
});
