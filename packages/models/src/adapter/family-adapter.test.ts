import { describe, expect, test } from 'vitest';
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
function tokens(family: 'sam1' | 'sam2', prompt: Partial<ModelPrompt>): number[][] {
  const feeds = adapterFor({ family }).decoderFeeds(
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
