import { type Bitmap, createBitmap } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { contrastColour, MASK_COLOURS, type PixelGrid } from './contrast-colour.ts';

type Rgb = readonly [number, number, number];

/** An object of one colour in the middle of a ground of another, and its mask. */
function scene(object: Rgb, ground: Rgb, channels = 3): { image: PixelGrid; mask: Bitmap } {
  const size = { width: 90, height: 60 };
  const mask = createBitmap(size);
  const data = new Uint8Array(size.width * size.height * channels);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      const inside = x >= 30 && x < 55 && y >= 20 && y < 44;
      const i = y * size.width + x;
      mask.data[i] = inside ? 1 : 0;
      data.set(inside ? object : ground, i * channels);
    }
  }
  return { image: { ...size, channels, data }, mask };
}

const BLUE: Rgb = [40, 130, 190];
const WOOD: Rgb = [165, 125, 85];

/** What the tint makes of a colour, as a distance in sRGB. */
function moved(colour: string, under: Rgb): number {
  const value = Number.parseInt(colour.slice(1), 16);
  const tint = [value >> 16, (value >> 8) & 255, value & 255];
  return Math.hypot(...under.map((channel, i) => 0.5 * ((tint[i] ?? 0) - channel)));
}

describe('contrastColour', () => {
  test('is not the colour of the object, whichever that is', () => {
    for (const colour of MASK_COLOURS) {
      const value = Number.parseInt(colour.slice(1), 16);
      const { image, mask } = scene([value >> 16, (value >> 8) & 255, value & 255], WOOD);
      expect(contrastColour(image, mask)).not.toBe(colour);
    }
  });

  test('changes every ground visibly', () => {
    const shades: readonly Rgb[] = [
      BLUE,
      WOOD,
      [10, 10, 10],
      [245, 245, 245],
      [128, 128, 128],
      [200, 30, 40],
    ];
    for (const object of shades) {
      for (const ground of shades) {
        const { image, mask } = scene(object, ground);
        expect(moved(contrastColour(image, mask), object)).toBeGreaterThan(45);
      }
    }
  });

  test('does not make a blue object the colour of the wood around it', () => {
    const { image, mask } = scene(BLUE, WOOD);
    expect(['#ee7733', '#cc3311']).not.toContain(contrastColour(image, mask));
  });

  test('does not make a pink object pink, though some of its shaded ground is like the other tints', () => {
    const { image, mask } = scene([215, 120, 140], [225, 225, 225]);
    const data = Uint8Array.from(image.data);
    // A fifth of the ground is grey-blue shadow, as a tint of blue over pink is.
    for (let i = 0; i < data.length / 3; i += 1) {
      if (mask.data[i] === 0 && i % 5 === 0) data.set([120, 120, 165], i * 3);
    }
    expect(['#ee3377', '#cc3311', '#ee7733']).not.toContain(contrastColour({ ...image, data }, mask));
  });

  test('looks at what is around the mask as well', () => {
    const grounds: readonly Rgb[] = [WOOD, [238, 51, 119], [0, 153, 136], [51, 187, 238]];
    const chosen = grounds.map((ground) => {
      const { image, mask } = scene([128, 128, 128], ground);
      return contrastColour(image, mask);
    });
    expect(new Set(chosen).size).toBeGreaterThan(1);
  });

  test('takes a fourth channel, and a mask of another size than the image', () => {
    const { image } = scene(BLUE, WOOD, 4);
    const { image: opaque, mask } = scene(BLUE, WOOD);
    expect(contrastColour(image, mask)).toBe(contrastColour(opaque, mask));
    const half = createBitmap({ width: 45, height: 30 });
    for (let y = 10; y < 22; y += 1) half.data.fill(1, y * 45 + 15, y * 45 + 27);
    expect(contrastColour(opaque, half)).toBe(contrastColour(opaque, mask));
  });

  test('is some colour for an empty mask and for a full one', () => {
    const { image, mask } = scene(BLUE, WOOD);
    expect(MASK_COLOURS).toContain(contrastColour(image, { ...mask, data: mask.data.map(() => 0) }));
    expect(MASK_COLOURS).toContain(contrastColour(image, { ...mask, data: mask.data.map(() => 1) }));
  });
});
