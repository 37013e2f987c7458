import { type Bitmap, clicksTo, createBitmap, encodeRle, MAX_CLICKS, type Rle } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { createFakeEngine } from '../testing/create-fake-engine.ts';
import { type EvaluatedImage, evaluateImage } from './evaluate-image.ts';

const SIZE = { width: 64, height: 48 };

function paint(isSet: (x: number, y: number) => boolean, size = SIZE): Rle {
  const mask: Bitmap = createBitmap(size);
  for (let i = 0; i < mask.data.length; i++) {
    mask.data[i] = isSet((i % size.width) + 0.5, Math.floor(i / size.width) + 0.5) ? 1 : 0;
  }
  return encodeRle(mask);
}

/** The ellipse that the fake engine's second candidate draws into a box of its own. */
const ellipse = paint((x, y) => ((x - 22) / 10) ** 2 + ((y - 30) / 8) ** 2 <= 1);
const stripe = paint((x, y) => y > 4 && y < 7 && x > 3 && x < 61);

function image(changes: Partial<EvaluatedImage> = {}): EvaluatedImage {
  return {
    dataset: 'drawn',
    name: 'a.png',
    source: { kind: 'file', path: '/a.png' },
    objects: [
      { object: 3, label: 'egg', truth: ellipse },
      { object: 7, label: null, truth: stripe },
    ],
    ...changes,
  };
}

describe('the evaluation of an image', () => {
  test('encodes once and answers box, click and both for every object', async () => {
    const engine = createFakeEngine();
    const { objects, decodes } = await evaluateImage(engine, image(), { countClicks: false });
    expect(engine.backend.calls.filter(({ name }) => name === 'encode')).toHaveLength(1);
    expect(decodes).toBe(6);
    expect(objects.map(({ object, label, areaPx, clicks }) => [object, label, areaPx, clicks])).toEqual([
      [3, 'egg', 248, null],
      [7, null, 174, null],
    ]);
  });

  test('compares the candidate with the best score with the best there is', async () => {
    const { objects } = await evaluateImage(createFakeEngine(), image(), { countClicks: false });
    const box = objects[0]?.prompts.box;
    // The ellipse in the box of an ellipse is that ellipse: the third candidate. The second has the best score.
    expect([box?.chosen, box?.best]).toEqual([1, 2]);
    expect(box?.candidates[2]?.iou).toBe(1);
    expect(box?.candidates[2]?.boundaryIou).toBe(1);
    expect(box?.candidates[1]?.iou).toBeGreaterThan(0.6);
    expect(box?.candidates[1]?.iou).toBeLessThan(0.7);
    expect(box?.candidates.map(({ score }) => score)).toEqual([0.71, 0.95, 0.88]);
  });

  test('counts clicks from the one in the middle on, at most 20', async () => {
    const { objects, decodes } = await evaluateImage(createFakeEngine(), image(), { countClicks: true });
    const [egg, line] = objects;
    expect(egg?.clicks?.ious[0]).toBe(egg?.prompts.click.candidates[1]?.iou);
    expect(line?.clicks?.ious).toHaveLength(MAX_CLICKS);
    expect(line?.clicks && clicksTo(0.9, line.clicks)).toEqual({ clicks: MAX_CLICKS, reached: false });
    const clicks = objects.reduce((sum, object) => sum + (object.clicks?.ious.length ?? 0), 0);
    expect(decodes).toBe(6 + clicks - 2);
  });

  test('says which image has true masks of another size', async () => {
    const small = paint((x) => x < 5, { width: 48, height: 64 });
    const objects = [{ object: 1, label: null, truth: small }];
    await expect(
      evaluateImage(createFakeEngine(), image({ objects }), { countClicks: false }),
    ).rejects.toMatchObject({
      code: 'evaluation-truth-size',
      message: 'the true masks of "a.png" have 48 x 64 pixels, the image has 64 x 48',
    });
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const evaluation = evaluateImage(createFakeEngine(), image(), {
      countClicks: true,
      signal: controller.signal,
      onDecode: () => controller.abort(new Error('enough')),
    });
    await expect(evaluation).rejects.toThrow('enough');
  });
});
