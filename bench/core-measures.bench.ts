import { createRequire } from 'node:module';
import {
  type Bitmap,
  createBitmap,
  decodeRle,
  encodeRle,
  measureMask,
  postprocess,
  scanLogitsInto,
  squashSampler,
} from '@calque/core';
import { type OpenCvOracle, openCvOracle } from '../packages/core/src/testing/opencv-oracle.ts';
import { blobMask, noiseMask, ringMask } from '../packages/core/src/testing/seeded-masks.ts';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const size = { width: 1800, height: 1200, seed: 5 };
const logitsGrid = { width: 256, height: 256 };
/** What all measures of such a mask may take, so that a pointer can be followed. */
const LIMIT_MS = 15;

/** What a decode pays for its mask of 1800 x 1200, beside a limit in milliseconds and OpenCV's perimeter alone. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const opencv = openCvOracle(await createRequire(import.meta.url)('@techstark/opencv-js'));
  const blobs = blobMask(size, 9);
  const realistic: readonly Labelled[] = [
    ['blobs', blobs],
    ['blobs with frayed outlines', blobMask(size, 9, 0.3)],
    ['rings, 20 px apart', ringMask(size, 20)],
  ];
  const masks: readonly Labelled[] = [...realistic, ['specks on 2 % of the pixels', noiseMask(size, 0.02)]];
  const rounds = quick ? 1 : 25;
  return {
    name: 'core: all measures of an 1800 x 1200 mask',
    rows: [
      ...masks.flatMap(([label, mask]) =>
        timesOf(mask, rounds).map(([step, valueMs]) => ({ label: `${label}: ${step}`, valueMs })),
      ),
      { label: 'blobs: scan 256 x 256 logits into a bitmap', valueMs: scanMs(rounds) },
    ],
    ratios: [
      ...realistic.map(([label, mask]) => ({
        label: `${label}: all measures / ${LIMIT_MS} ms`,
        value: medianMs(rounds, () => measureMask(mask)) / LIMIT_MS,
        limit: 1,
      })),
      ratioToOpenCv('blobs', blobs, opencv, rounds),
    ],
  };
}

type Labelled = readonly [label: string, mask: Bitmap];

/** Logits that are above 0 in blobs, with slopes around them as a decoder's have. */
function scanMs(rounds: number): number {
  const { data } = blobMask({ ...logitsGrid, seed: size.seed }, 9);
  const logits = Float32Array.from(data, (value, at) => {
    const next = data[at + 1] ?? value;
    const below = data[at + logitsGrid.width] ?? value;
    return 4 * (value + next + below) - 6;
  });
  const sampler = squashSampler(logitsGrid, size);
  return medianMs(rounds, () => scanLogitsInto(createBitmap(size), logits, sampler));
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
