import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import type { Bitmap } from '../mask/bitmap.ts';
import type { PromptPoint } from '../prompt/prompt.ts';
import { type OpenCvOracle, openCvOracle } from '../testing/opencv-oracle.ts';
import { oracleMasks } from '../testing/oracle-masks.ts';
import { blobMask, noiseMask } from '../testing/seeded-masks.ts';
import { squaredDistanceTransform } from './distance-transform.ts';
import { nextClick } from './next-click.ts';

let opencv: OpenCvOracle;

beforeAll(async () => {
  // The module is a promise, which an import statement would take for a module that never arrives.
  opencv = openCvOracle(await createRequire(import.meta.url)('@techstark/opencv-js'));
}, 60_000);

test('squared distances are those of OpenCV, pixel for pixel, on thousands of masks', () => {
  const differing: string[] = [];
  for (const { name, mask } of oracleMasks()) {
    const ours = squaredDistanceTransform(mask);
    const theirs = opencv.distancesInFrame(mask);
    // OpenCV gives square roots in float32; the squares are integers.
    if (!ours.every((squared, i) => squared === Math.round((theirs[i] as number) ** 2))) differing.push(name);
  }
  expect(differing).toEqual([]);
});

test('ten clicks in a row are those that the published protocol makes with the distances of OpenCV', () => {
  for (let seed = 0; seed < 60; seed++) {
    const size = { width: 40 + (seed % 23), height: 31 + (seed % 17), seed };
    const truth = blobMask(size, 5);
    const predicted = seed % 2 === 0 ? blobMask({ ...size, seed: seed + 1000 }, 5) : noiseMask(size, 0.2);
    const clicks: PromptPoint[] = [];
    for (let n = 0; n < 10; n++) {
      const click = nextClick(truth, predicted, clicks);
      expect(click).toEqual(publishedClick(truth, predicted, clicks));
      if (click === null) break;
      clicks.push(click);
    }
  }
});

/** The protocol as it is described: whole maps, every pixel looked at. */
function publishedClick(
  truth: Bitmap,
  predicted: Bitmap,
  clicks: readonly PromptPoint[],
): PromptPoint | null {
  const both = [
    { label: 'foreground', error: truth.data.map((value, i) => value & (1 - (predicted.data[i] as number))) },
    { label: 'background', error: truth.data.map((value, i) => (1 - value) & (predicted.data[i] as number)) },
  ] as const;
  const [missed, wrong] = both.map(({ label, error }) => {
    const distances = opencv.distancesInFrame({ ...truth, data: error });
    for (const { x, y } of clicks) distances[Math.floor(y) * truth.width + Math.floor(x)] = 0;
    const deepest = distances.reduce((most, distance) => Math.max(most, distance), 0);
    return { label, deepest, index: distances.indexOf(deepest) };
  });
  if (missed === undefined || wrong === undefined) return null;
  const { label, deepest, index } = missed.deepest > wrong.deepest ? missed : wrong;
  if (deepest === 0) return null;
  return { x: (index % truth.width) + 0.5, y: Math.floor(index / truth.width) + 0.5, label };
}
