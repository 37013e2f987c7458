import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { Graph } from '../onnx/graph/graph.ts';
import { serializeGraph } from '../onnx/graph/write-graph.ts';
import { windowsOf } from './sam2/windows.ts';
import { cellCentres, fromRaster, positionOf, type TokenOrder, toRaster } from './token-order.ts';

/** The places of the cells of a grid, row by row. */
function places(order: TokenOrder, side: number): number[][] {
  return Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_x, x) => positionOf(order, x, y)),
  );
}

describe('The order of cells', () => {
  test('is row by row without levels', () => {
    expect(places({ base: 3, levels: 0 }, 3)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
  });

  test('keeps four quarters together, at every level', () => {
    expect(places({ base: 1, levels: 2 }, 4)).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
      [8, 9, 12, 13],
      [10, 11, 14, 15],
    ]);
    expect(places({ base: 3, levels: 1 }, 6).slice(0, 2)).toEqual([
      [0, 1, 4, 5, 8, 9],
      [2, 3, 6, 7, 10, 11],
    ]);
  });

  test('has the centre of each cell at its place', () => {
    const centres = cellCentres({ base: 1, levels: 1 });
    expect([...centres]).toEqual([0.25, 0.25, 0.75, 0.25, 0.25, 0.75, 0.75, 0.75]);
  });

  test('is what the graphs make of an image, and back', async () => {
    const order = { base: 3, levels: 2 };
    const graph = new Graph('there and back');
    const x = graph.input('x', ['prompts', 12, 12]);
    const ordered = fromRaster(x, order);
    graph.output('ordered', ordered);
    graph.output('back', toRaster(ordered, order));
    const session = await ort.InferenceSession.create(await serializeGraph(graph));
    const values = Float32Array.from({ length: 288 }, (_, i) => i);
    const found = await session.run({ x: new ort.Tensor('float32', values, [2, 12, 12]) });
    expect(found['back']?.data).toEqual(values);
    const sequence = [...(found['ordered']?.data ?? [])];
    expect(sequence[144 + positionOf(order, 7, 5)]).toBe(144 + 5 * 12 + 7);
    await session.release();
  });
});

describe('Windows', () => {
  test('that are squares of the order need no table', () => {
    expect(windowsOf({ base: 2, levels: 3 }, 8)).toEqual({ count: 4, cells: 64, indices: null });
    expect(windowsOf({ base: 2, levels: 3 }, null)).toEqual({ count: 1, cells: 256, indices: null });
  });

  test('that do not divide the grid reach beyond it', () => {
    const { count, cells, indices } = windowsOf({ base: 4, levels: 0 }, 3);
    expect({ count, cells }).toEqual({ count: 4, cells: 9 });
    expect(indices?.slice(9, 18)).toEqual([3, -1, -1, 7, -1, -1, 11, -1, -1]);
    expect(indices?.filter((index) => index >= 0).toSorted((a, b) => a - b)).toEqual([...Array(16).keys()]);
  });
});
