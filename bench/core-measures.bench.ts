import { createRequire } from 'node:module';
import { type Bitmap, decodeRle, encodeRle, measureMask, postprocess } from '@calque/core';
import { type OpenCvOracle, openCvOracle } from '../packages/core/src/testing/opencv-oracle.ts';
import { blobMask, noiseMask, ringMask } from '../packages/core/src/testing/seeded-masks.ts';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const size = { width: 1800, height: 1200, seed: 5 };

/** What a decode pays for its mask of 1800 x 1200, beside OpenCV's perimeter alone. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const opencv = openCvOracle(await createRequire(import.meta.url)('@techstark/opencv-js'));
  const masks: readonly (readonly [string, Bitmap])[] = [
    ['blobs', blobMask(size, 9)],
    ['blobs with frayed outlines', blobMask(size, 9, 0.3)],
    ['rings, 20 px apart', ringMask(size, 20)],
    ['specks on 2 % of the pixels', noiseMask(size, 0.02)],
  ];
  const rounds = quick ? 1 : 25;
  return {
    name: 'core: all measures of an 1800 x 1200 mask',
    rows: masks.flatMap(([label, mask]) =>
      timesOf(mask, rounds).map(([step, valueMs]) => ({ label: `${label}: ${step}`, valueMs })),
    ),
    ratios: masks.slice(0, 1).map(([label, mask]) => ratioToOpenCv(label, mask, opencv, rounds)),
  };
}

function timesOf(mask: Bitmap, rounds: number): [string, number][] {
  const rle = encodeRle(mask);
  const clean = { fillHolesPx: 50, dropIslandsPx: 50, keepLargest: 3 };
  return [
    ['all measures', medianMs(rounds, () => measureMask(mask))],
    ['encode RLE', medianMs(rounds, () => encodeRle(mask))],
    ['decode RLE', medianMs(rounds, () => decodeRle(rle))],
    ['fill holes, drop islands, keep largest', medianMs(rounds, () => postprocess(mask, clean))],
    ['smooth', medianMs(rounds, () => postprocess(mask, { smoothRadiusPx: 3 }))],
  ];
}

function ratioToOpenCv(
  label: string,
  mask: Bitmap,
  opencv: OpenCvOracle,
  rounds: number,
): BenchmarkResult['ratios'][number] {
  const ours = medianMs(rounds, () => measureMask(mask));
  const theirs = medianMs(rounds, () => opencv.contours(mask, 'external', 'simple'));
  return {
    label: `${label}: all measures / OpenCV's perimeter (WebAssembly)`,
    value: ours / theirs,
    limit: 1,
  };
}

function medianMs(rounds: number, work: () => unknown): number {
  work();
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}
