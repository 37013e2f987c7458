import { expect, test } from 'vitest';
import { heatPixels } from './heat-pixels.ts';

test('a cell that nothing changes is clear, one that every answer changes is red and the most opaque', () => {
  const pixels = heatPixels({ shares: Uint8Array.of(0, 51, 255) });
  expect([...pixels]).toEqual([255, 220, 30, 0, 255, 176, 30, 136, 255, 0, 30, 240]);
});
