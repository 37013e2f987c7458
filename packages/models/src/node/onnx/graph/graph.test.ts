import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOnnx } from '../onnx-file.ts';
import { Graph, type Precision } from './graph.ts';
import { inMemory, type LazyTensor, permuted, product, reshaped, rows, stacked, sum } from './lazy-tensor.ts';
import { add, gelu, relu } from './ops/arithmetic.ts';
import { attention } from './ops/attention.ts';
import { convolution, transposedConvolution } from './ops/convolution.ts';
import { concat, gather, reshape, slice, split, transpose } from './ops/layout.ts';
import { linear, matmul } from './ops/linear.ts';
import { layerNorm } from './ops/normalization.ts';
import { serializeGraph, writeGraph } from './write-graph.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-graph-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Values that look random and are the same every time. */
function values(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * 1.7) * 0.5);
}

function tensor(name: string, shape: readonly number[], seed = 1): LazyTensor {
  return inMemory(
    name,
    shape,
    values(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
  );
}

async function runGraph(
  file: Uint8Array | string,
  feeds: Readonly<Record<string, ort.Tensor>>,
): Promise<Readonly<Record<string, ort.Tensor>>> {
  const session =
    typeof file === 'string'
      ? await ort.InferenceSession.create(file)
      : await ort.InferenceSession.create(file);
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

function float(shape: readonly number[], data: Float32Array): ort.Tensor {
  return new ort.Tensor('float32', data, shape);
}

function dataOf(found: ort.Tensor | undefined): number[] {
  if (!(found?.data instanceof Float32Array)) throw new TypeError('no float32 tensor');
  return [...found.data];
}

describe('A graph', () => {
  test('with dynamic dimensions runs with any length of them', async () => {
    const graph = new Graph('any');
    const x = graph.input('x', ['prompts', 'points', 4]);
    const weight = tensor('w', [3, 4]);
    graph.output('y', relu(linear(x, weight, tensor('b', [3], 5))));
    const file = await serializeGraph(graph);
    for (const [prompts, points] of [
      [1, 2],
      [3, 5],
    ] as const) {
      const { y } = await runGraph(file, { x: float([prompts, points, 4], values(prompts * points * 4)) });
      expect(y?.dims).toEqual([prompts, points, 3]);
    }
  });

  test('gives the numbers of the definition', async () => {
    const graph = new Graph('numbers');
    const x = graph.input('x', [2, 2]);
    graph.output(
      'y',
      linear(x, inMemory('w', [1, 2], Float32Array.of(2, -1)), inMemory('b', [1], Float32Array.of(10))),
    );
    const { y } = await runGraph(await serializeGraph(graph), {
      x: float([2, 2], Float32Array.of(1, 2, 3, 5)),
    });
    expect(dataOf(y)).toEqual([10, 11]);
  });

  test('stores equal constants and equal weights once', () => {
    const graph = new Graph('once');
    const x = graph.input('x', [1, 4]);
    const weight = tensor('w', [4, 4]);
    const once = add(linear(x, weight, null), graph.floats([1], [3]));
    graph.output('y', add(linear(once, weight, null), graph.floats([1], [3])));
    expect(graph.initializers.map(({ shape }) => shape)).toEqual([[4, 4], [1]]);
    expect(() => graph.weight(tensor('w', [2, 8]))).toThrow('two weights w: [4, 4] and [2, 8]');
  });

  test('knows the shapes that the runtime finds', async () => {
    const graph = new Graph('shapes');
    const x = graph.input('x', [1, 6, 8, 4]);
    const down = convolution(x, tensor('down', [4, 3, 3, 3]), tensor('b4', [4]), {
      stride: 2,
      padding: 1,
      groups: 2,
    });
    const up = transposedConvolution(down, tensor('up', [4, 5, 2, 2]), tensor('b5', [5]));
    const tokens = reshape(transpose(up, [0, 2, 3, 1]), [1, 32, 5]);
    const norm = layerNorm(tokens, tensor('g', [5]), tensor('h', [5]), 1e-6);
    const [left, right] = split(norm, 1, [12, 20]);
    if (left === undefined || right === undefined) throw new Error('two parts');
    const picked = gather(slice(right, 1, 2, 9), 1, graph.ints([0, 3, 3]));
    const outputs = {
      norm: gelu(norm),
      joined: concat([left, picked], 1),
      scores: matmul(left, transpose(right, [0, 2, 1])),
      attended: attention(left, right, right, 1),
    };
    for (const [name, value] of Object.entries(outputs)) graph.output(name, value);
    const found = await runGraph(await serializeGraph(graph), { x: float([1, 6, 8, 4], values(192)) });
    for (const [name, value] of Object.entries(outputs)) expect(found[name]?.dims).toEqual(value.shape);
  });

  test('refuses shapes that do not fit, where the layer is written', () => {
    const graph = new Graph('wrong');
    const x = graph.input('x', [1, 4]);
    expect(() => linear(x, tensor('w', [3, 5]), null)).toThrow('w [3, 5] does not take [1, 4]');
    expect(() => reshape(x, [3])).toThrow('[1, 4] cannot become [3]');
    expect(() => add(x, graph.floats([3], [1, 2, 3]))).toThrow('[1, 4] and [3] cannot be broadcast');
    expect(() => add(x, new Graph('other').input('x', [1, 4]))).toThrow('belongs to another graph');
  });
});

describe('A file', () => {
  function twoLayers(precision: Precision): Graph {
    const graph = new Graph('two layers', precision);
    const x = graph.input('x', ['rows', 128]);
    const hidden = relu(linear(x, tensor('w1', [256, 128]), tensor('b1', [256])));
    graph.output('y', linear(hidden, tensor('w2', [64, 256], 3), tensor('b2', [64])));
    return graph;
  }

  test('is the same every time, whether in memory or on disk', async () => {
    const path = join(folder, 'same.onnx');
    const [written] = await writeGraph(twoLayers('fp32'), path);
    const inMemoryFile = await serializeGraph(twoLayers('fp32'));
    expect(Buffer.from(inMemoryFile).equals(await readFile(path))).toBe(true);
    expect(written).toMatchObject({ path, sizeBytes: (await stat(path)).size });
    expect(readOnnx(inMemoryFile, 'same.onnx').graph.name).toBe('two layers');
  });

  test('too large for one message has its weights beside it and gives the same numbers', async () => {
    const path = join(folder, 'large.onnx');
    const files = await writeGraph(twoLayers('fp32'), path, { largestFileBytes: 100_000 });
    expect(files.map((file) => file.path)).toEqual([path, `${path}.data`]);
    const x = float([3, 128], values(384));
    const beside = await runGraph(path, { x });
    const within = await runGraph(await serializeGraph(twoLayers('fp32')), { x });
    expect(beside['y']?.data).toEqual(within['y']?.data);
  });

  test.each([
    ['fp16', 0.55, 1e-2],
    ['int8', 0.35, 5e-2],
  ] as const)('in %s is smaller and gives nearly the same numbers', async (precision, size, tolerance) => {
    const full = await serializeGraph(twoLayers('fp32'));
    const small = await serializeGraph(twoLayers(precision));
    expect(small.length / full.length).toBeLessThan(size);
    const x = float([3, 128], values(384));
    const expected = dataOf((await runGraph(full, { x }))['y']);
    const found = dataOf((await runGraph(small, { x }))['y']);
    const largest = Math.max(...expected.map(Math.abs));
    expect(Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? 0)))) / largest).toBeLessThan(
      tolerance,
    );
  });

  test('is not written from a weight that has another size than it says', async () => {
    const graph = new Graph('short');
    const short: LazyTensor = { name: 'short', shape: [4], read: async () => new Float32Array(3) };
    graph.output('y', add(graph.input('x', [4]), graph.weight(short)));
    await expect(serializeGraph(graph)).rejects.toThrow('the weight short has 12 bytes, not 16');
  });
});

describe('What is computed before the file is written', () => {
  const a = inMemory('a', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  const b = inMemory('b', [3, 2], Float32Array.of(1, 0, 0, 1, 1, 1));

  test.each<[string, LazyTensor, readonly number[], readonly number[]]>([
    ['a product', product(a, b), [2, 2], [4, 5, 10, 11]],
    ['axes in another order', permuted(a, [1, 0]), [3, 2], [1, 4, 2, 5, 3, 6]],
    ['a sum', sum(a, a), [2, 3], [2, 4, 6, 8, 10, 12]],
    ['some rows', rows(a, 1, 2), [1, 3], [4, 5, 6]],
    ['one on the other', stacked([a, rows(a, 0, 1)]), [3, 3], [1, 2, 3, 4, 5, 6, 1, 2, 3]],
    ['another shape', reshaped(a, [6]), [6], [1, 2, 3, 4, 5, 6]],
  ])('%s', async (_what, tensorFound, shape, expected) => {
    expect(tensorFound.shape).toEqual(shape);
    expect([...(await tensorFound.read())]).toEqual(expected);
  });

  test('three axes in another order', async () => {
    const cube = inMemory(
      'c',
      [2, 3, 2],
      Float32Array.from({ length: 12 }, (_, i) => i),
    );
    expect([...(await permuted(cube, [2, 0, 1]).read())]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
  });
});
