import { describe, expect, test } from 'vitest';
import type { ModelInterface } from '../manifest/manifest.ts';
import { indexOfHighestScore } from './candidates.ts';
import { adapterFor, type ModelPrompt } from './family-adapter.ts';

const box: ModelPrompt['box'] = [
  { x: 11, y: 12 },
  { x: 53, y: 54 },
];
const points: ModelPrompt['points'] = [
  { x: 21, y: 22, label: 'foreground' },
  { x: 31, y: 32, label: 'background' },
];

/** The sparse prompt that the decoder gets: x, y, label of each token. */
function tokens(
  family: 'sam1' | 'sam2',
  prompt: Partial<ModelPrompt>,
  names: ModelInterface = 'published',
): number[][] {
  const feeds = adapterFor({ family, interface: names }).decoderFeeds(
    {},
    { box: null, points: [], maskLogits: null, ...prompt },
    grid,
  );
  const coords = feeds['point_coords']?.data ?? [];
  return Array.from(feeds['point_labels']?.data ?? [], (label, i) => [
    coords[2 * i] ?? -9,
    coords[2 * i + 1] ?? -9,
    label,
  ]);
}

const grid = { width: 256, height: 256 };

describe('SAM 1', () => {
  test('takes clicks, then box corners', () => {
    expect(tokens('sam1', { box, points })).toEqual([
      [21, 22, 1],
      [31, 32, 0],
      [11, 12, 2],
      [53, 54, 3],
    ]);
  });

  test('wants a padding point when there is no box, also for a mask alone', () => {
    expect(tokens('sam1', { points: points.slice(0, 1) })).toEqual([
      [21, 22, 1],
      [0, 0, -1],
    ]);
    expect(tokens('sam1', { maskLogits: new Float32Array(65_536) })).toEqual([[0, 0, -1]]);
  });
});

describe('SAM 2', () => {
  test('takes box corners, then clicks, and pads by itself', () => {
    expect(tokens('sam2', { box, points: points.slice(1) })).toEqual([
      [11, 12, 2],
      [53, 54, 3],
      [31, 32, 0],
    ]);
    expect(tokens('sam2', { maskLogits: new Float32Array(65_536) })).toEqual([]);
  });
});

describe('graphs that Calque writes', () => {
  test('take the padding point from the caller: for SAM 1 without a box, for SAM 2 always', () => {
    const point = points.slice(0, 1);
    expect(tokens('sam1', { points: point }, 'calque')).toEqual([
      [21, 22, 1],
      [0, 0, -1],
    ]);
    expect(tokens('sam1', { box, points: point }, 'calque')).toEqual([
      [21, 22, 1],
      [11, 12, 2],
      [53, 54, 3],
    ]);
    expect(tokens('sam2', { box, points: point }, 'calque')).toEqual([
      [11, 12, 2],
      [53, 54, 3],
      [21, 22, 1],
      [0, 0, -1],
    ]);
  });

  test.each(['sam1', 'sam2'] as const)('offer the three candidates after the first mask (%s)', (family) => {
    const { candidatesFrom } = adapterFor({ family, interface: 'calque' });
    const found = candidatesFrom({
      low_res_masks: { dims: [1, 4, 1, 2], data: Float32Array.of(9, 9, 1, 2, 3, 4, 5, 50) },
      iou_predictions: { dims: [1, 4], data: Float32Array.of(0.875, 0.25, 0.5, 0.75) },
    });
    expect(found.map(({ score, logits }) => [score, ...logits])).toEqual([
      [0.25, 1, 2],
      [0.5, 3, 4],
      // SAM 2 clamps what it feeds back.
      [0.75, 5, family === 'sam2' ? 32 : 50],
    ]);
  });
});

describe('graphs that transformers exports', () => {
  const feeds = (family: 'sam1' | 'sam2', prompt: Partial<ModelPrompt>) =>
    adapterFor({ family, interface: 'transformers' }).decoderFeeds(
      {},
      { box: null, points: [], maskLogits: null, ...prompt },
      grid,
    );

  test('take clicks with one more axis, SAM 2 boxes beside them', () => {
    expect(feeds('sam1', { points })).toMatchObject({
      input_points: { dims: [1, 1, 2, 2] },
      input_labels: { dims: [1, 1, 2], data: Float32Array.of(1, 0) },
    });
    expect(feeds('sam2', { box })).toMatchObject({
      input_points: { dims: [1, 1, 0, 2] },
      input_boxes: { dims: [1, 1, 4], data: Float32Array.of(11, 12, 53, 54) },
    });
    expect(feeds('sam2', { points })['input_boxes']?.dims).toEqual([1, 0, 4]);
  });

  test('refuse what they have no input for', () => {
    expect(() => feeds('sam1', { box })).toThrow('do not take a box');
    expect(() => feeds('sam2', { points, maskLogits: new Float32Array(65_536) })).toThrow(
      'do not take a mask',
    );
  });
});

describe('both families', () => {
  test('say whether there is a mask input', () => {
    for (const family of ['sam1', 'sam2'] as const) {
      const { decoderFeeds } = adapterFor({ family });
      const mask = new Float32Array(65_536).fill(3);
      const without = decoderFeeds({}, { box, points, maskLogits: null }, grid);
      const withMask = decoderFeeds({}, { box, points, maskLogits: mask }, grid);
      expect([...(without['has_mask_input']?.data ?? [])]).toEqual([0]);
      expect([...(withMask['has_mask_input']?.data ?? [])]).toEqual([1]);
      expect(withMask['mask_input']).toEqual({ dims: [1, 1, 256, 256], data: mask });
    }
  });

  test('name the tensors that are missing', () => {
    expect(() =>
      adapterFor({ family: 'sam2' }).embeddingFrom({ other: { dims: [1], data: new Float32Array(1) } }),
    ).toThrow(/no tensor image_embed; it has other/);
  });
});

describe('the best candidate', () => {
  const scored = (...scores: number[]) => scores.map((score) => ({ score }));

  test('has the highest score, of equal ones the first', () => {
    expect(indexOfHighestScore(scored(0.2, 0.9, 0.5, 0.9))).toBe(1);
    expect(indexOfHighestScore(scored(1.02, 0.9))).toBe(0);
  });

  test('is never one without a score', () => {
    expect(indexOfHighestScore(scored(Number.NaN, -0.3, -0.1))).toBe(2);
  });
});
