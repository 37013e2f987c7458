import { predictionKeyOf, type WireCandidate, type WirePrediction, type WirePrompt } from '@calque/api';
import { createBitmap, measureMask } from '@calque/core';
import { rleOf } from './fake-mask-maker.ts';
import { SeededRandom } from './seeded-random.ts';

export const IMAGE_SIZE = { width: 13, height: 9 };
export const IMAGE_SHA256 = 'ab'.repeat(32);

/** What the fake model says to a prompt: always the same, and another thing to every other prompt. */
export function answerTo(model: string, prompt: WirePrompt, imageSha256 = IMAGE_SHA256): WirePrediction {
  const files = [{ name: 'decoder.onnx', sha256: 'cd'.repeat(32) }];
  const key = predictionKeyOf({ imageSha256, model: { id: model, files }, prompt });
  const random = new SeededRandom(Number.parseInt(key.slice(0, 8), 16));
  const candidates = [0, 1, 2].map((index) => candidateFrom(random, index));
  const scores = candidates.map(({ score }) => score);
  return {
    id: `prediction-${key.slice(0, 16)}`,
    key,
    imageId: 'image-1',
    imageSha256,
    model: { id: model, files },
    prompt,
    candidates,
    best: scores.indexOf(Math.max(...scores)),
    where: 'server',
    provider: 'fake',
    cache: 'memory',
    timingsMs: {
      queue: 1,
      read: 0,
      preprocess: 0,
      encode: 0,
      decode: 20,
      postprocess: 2,
      measure: 1,
      total: 24,
    },
    createdAt: '2026-11-24T09:00:00.000Z',
  };
}

function candidateFrom(random: SeededRandom, index: number): WireCandidate {
  const bitmap = createBitmap(IMAGE_SIZE);
  const [x, y] = [random.below(8), random.below(5)];
  const [width, height] = [2 + random.below(5), 2 + random.below(4)];
  for (let row = y; row < y + height; row++) {
    bitmap.data.fill(1, row * IMAGE_SIZE.width + x, row * IMAGE_SIZE.width + x + width);
  }
  // Loose pixels, so that post-processing has something to do and masks differ.
  for (let i = 0; i < 4; i++) bitmap.data[random.below(bitmap.data.length)] = i % 2;
  const rle = rleOf(bitmap);
  const size: [number, number] = [rle.size[0], rle.size[1]];
  const measures = measureMask(bitmap);
  return { index, score: random.next(), stability: 0.9, ...measures, rle: { ...rle, size } };
}
