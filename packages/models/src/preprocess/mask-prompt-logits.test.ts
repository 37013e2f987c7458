import { describe, expect, test } from 'vitest';
import { minisam, sam2HieraTiny } from '../manifest/builtin-manifests.ts';
import { fitImage } from './fit.ts';
import { maskPromptLogits } from './mask-prompt-logits.ts';

/** Set in the right third. */
function mask(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width >= (2 * width) / 3 ? 1 : 0));
  return { width, height, data };
}

describe('a mask as a prompt', () => {
  test('is +10 inside and -10 outside, on the squashed grid', () => {
    const spec = sam2HieraTiny.input;
    const logits = maskPromptLogits(mask(600, 300), fitImage({ width: 600, height: 300 }, spec), spec);
    expect(logits).toHaveLength(256 * 256);
    expect(logits[128 * 256 + 240]).toBeCloseTo(10, 5);
    expect(logits[128 * 256 + 20]).toBeCloseTo(-10, 5);
    expect(logits[255 * 256 + 255]).toBeCloseTo(10, 5);
  });

  test('is -10 in the padding of a model that keeps the aspect', () => {
    const spec = minisam.input;
    const logits = maskPromptLogits(mask(600, 300), fitImage({ width: 600, height: 300 }, spec), spec);
    expect(logits[127 * 256 + 255]).toBeCloseTo(10, 5);
    expect(logits[128 * 256 + 255]).toBe(-10);
  });

  test('a pixel that is half covered is near 0', () => {
    const spec = sam2HieraTiny.input;
    const image = { width: 512, height: 256 };
    const half = {
      ...image,
      data: Uint8Array.from({ length: 512 * 256 }, (_, i) => (i % 512 >= 257 ? 1 : 0)),
    };
    const logits = maskPromptLogits(half, fitImage(image, spec), spec);
    expect(Math.abs(logits[128] ?? 99)).toBeLessThan(6);
  });
});
