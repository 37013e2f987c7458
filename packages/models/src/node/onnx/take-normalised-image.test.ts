import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { sam1Input } from '../convert/sam1/plan-sam1.ts';
import { Graph } from './graph/graph.ts';
import { add, multiply } from './graph/ops/arithmetic.ts';
import { reshape, transpose } from './graph/ops/layout.ts';
import { serializeGraph } from './graph/write-graph.ts';
import { takeNormalisedImage } from './take-normalised-image.ts';

const side = 16;
const { mean, std, ...rest } = sam1Input(side);

/** The beginning of an encoder of samexporter with `--use-preprocess`, which gives what the network would see. */
function preprocessing(): Graph {
  const graph = new Graph('preprocessing');
  const pixels = graph.input('input_image', [side, side, 3]);
  const shifted = add(
    pixels,
    graph.floats(
      [3],
      mean.map((value) => -value),
    ),
  );
  const scaled = multiply(
    shifted,
    graph.floats(
      [3],
      std.map((value) => 1 / value),
    ),
  );
  graph.output('image_embeddings', reshape(transpose(scaled, [2, 0, 1]), [1, 3, side, side]));
  return graph;
}

test('An encoder that normalises by itself sees the image that was normalised for it, zeros as zeros', async () => {
  const edited = takeNormalisedImage(await serializeGraph(preprocessing()), 'encoder.onnx', {
    ...rest,
    mean,
    std,
  });
  const session = await ort.InferenceSession.create(edited);
  expect(session.inputNames).toEqual(['normalised_image']);
  const image = Float32Array.from({ length: 3 * side * side }, (_, i) => (i % 7 === 0 ? 0 : Math.sin(i)));
  const found = await session.run({
    normalised_image: new ort.Tensor('float32', image, [1, 3, side, side]),
  });
  await session.release();
  const { data, dims } = found['image_embeddings'] ?? {};
  expect(dims).toEqual([1, 3, side, side]);
  for (const [i, value] of image.entries()) expect(Number(data?.[i])).toBeCloseTo(value, 4);
});
