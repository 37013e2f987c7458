import type { EmbeddingState } from '@calque/api';
import { describe, expect, test } from 'vitest';
import { encodingProgress } from './encoding-progress.ts';

const stateOf = (
  status: EmbeddingState['status'],
  elapsedMs: number,
  expectedMs: number | null,
): EmbeddingState => ({
  imageId: 'image-1',
  model: 'tiny',
  status,
  elapsedMs,
  expectedMs,
  cache: 'miss',
  problem: null,
});

describe('the progress of an encode', () => {
  test('goes on between two reports, and says the seconds that are left', () => {
    const state = stateOf('encoding', 1000, 5000);
    expect(encodingProgress(state, 0)).toMatchObject({ share: 0.1 + 0.2 * 0.9, leftS: 4 });
    expect(encodingProgress(state, 1500)).toMatchObject({ share: 0.1 + 0.5 * 0.9, leftS: 3 });
  });

  test('never stands at its end, however late it is', () => {
    const late = encodingProgress(stateOf('encoding', 1000, 5000), 60_000);
    expect(late?.leftS).toBe(0);
    expect(late?.share).toBeLessThan(1);
  });

  test('begins with reading, a tenth of the way', () => {
    expect(encodingProgress(stateOf('reading', 100, 200), 0)?.share).toBeCloseTo(0.05);
  });

  test('without a former encode has no share, and does not pretend to one', () => {
    expect(encodingProgress(stateOf('encoding', 100, null), 0)).toMatchObject({ share: null, leftS: null });
  });

  test('is nothing once the image is encoded, before it is asked for, and where it failed', () => {
    expect(encodingProgress(null, 0)).toBeNull();
    expect(encodingProgress(stateOf('ready', 0, 5000), 0)).toBeNull();
    expect(encodingProgress(stateOf('failed', 0, 5000), 0)).toBeNull();
  });
});
