import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import type { Graph, Precision } from '../onnx/graph/graph.ts';
import { serializeGraph } from '../onnx/graph/write-graph.ts';
import { planConversion } from './plan-conversion.ts';
import { largestDifference, readGolden, SAM2_MICRO } from './testing/golden.ts';

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
});

function float(values: Iterable<number>, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

async function session(graph: Graph): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(await serializeGraph(graph), { executionProviders: ['wasm'] });
}

/**
 * Encodes the golden image and answers its prompt `one_point` in WebAssembly, as a browser does.
 *
 * @returns the largest difference of a logit from that of the reference
 */
async function differenceOf(
  name: 'sam1-micro' | 'sam2-micro',
  precision: Precision,
  config?: unknown,
): Promise<number> {
  const golden = await readGolden(name);
  const checkpoint = await openCheckpoint(golden.checkpointPath);
  const plan = planConversion(checkpoint, { precision, config });
  const [encoder, decoder] = [await session(plan.encoder), await session(plan.decoder)];
  await checkpoint.close();
  const { data, dims } = await golden.tensor('input_normalized');
  const image = await encoder.run({ image: float(data, dims) });
  const [point] = golden.prompts.find((prompt) => prompt.name === 'one_point')?.coords ?? [];
  const { width, height } = plan.input.logits;
  const { low_res_masks: logits } = await decoder.run({
    ...image,
    point_coords: float([...(point ?? []), 0, 0], [1, 2, 2]),
    point_labels: float([1, -1], [1, 2]),
    mask_input: float(new Float32Array(width * height), [1, 1, height, width]),
    has_mask_input: float([0], [1]),
  });
  if (!(logits?.data instanceof Float32Array)) throw new TypeError('no masks');
  const expected = await golden.tensor('low_res_masks_one_point');
  return largestDifference({ dims: logits.dims, data: logits.data }, expected);
}

describe('In WebAssembly', { timeout: 120_000 }, () => {
  test.each([
    ['sam1-micro', 'fp32', 1e-3, undefined],
    ['sam1-micro', 'int8', 3, undefined],
    ['sam2-micro', 'fp32', 1e-3, SAM2_MICRO],
    ['sam2-micro', 'fp16', 0.1, SAM2_MICRO],
    ['sam2-micro', 'int8', 3, SAM2_MICRO],
  ] as const)('both graphs of %s run in %s', async (name, precision, tolerance, config) => {
    expect(await differenceOf(name, precision, config)).toBeLessThan(tolerance);
  });
});
