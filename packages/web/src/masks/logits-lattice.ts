import type { LogitsSampler } from '@calque/core';

type AxisTaps = LogitsSampler['x'];

/**
 * The lines of one axis between which upsampled logits are linear: where each lies in the image, and which mix of
 * grid samples it carries. From the image's first edge to its last.
 */
export interface LatticeAxis {
  readonly count: number;
  /** Pixels of the image, ascending. */
  readonly positions: Float64Array;
  /** Line i carries `grid[low] * (1 - fraction) + grid[low + 1] * fraction`. */
  readonly low: Int32Array;
  readonly fraction: Float64Array;
}

/**
 * Reads the lattice out of the taps, so that the outline follows exactly what the family's mask was thresholded from,
 * padding and cropping included. Pixel centres lie at + 0.5; beyond the outermost ones the value stays what it is.
 */
export function latticeAxisOf(taps: AxisTaps): LatticeAxis {
  const { outputLength, inputLength } = taps;
  const centres = centresOf(taps);
  const first = centres[0] as number;
  const last = centres[outputLength - 1] as number;
  const lines: { position: number; value: number }[] = [
    { position: 0, value: first },
    { position: startOfSlope(centres), value: first },
  ];
  const bend = bendOf(taps);
  const offsets = bend === 0 ? [0] : [-bend, bend];
  for (let sample = Math.floor(first); sample <= Math.ceil(last); sample++) {
    for (const offset of offsets) {
      const value = sample + offset;
      if (value > first && value < last) lines.push({ position: positionOf(value, centres), value });
    }
  }
  lines.push({ position: endOfSlope(centres), value: last }, { position: outputLength, value: last });
  const ordered = lines.map(({ position }) => Math.min(outputLength, Math.max(0, position)));
  const low = lines.map(({ value }) => Math.min(Math.floor(value), Math.max(0, inputLength - 2)));
  return {
    count: lines.length,
    positions: Float64Array.from(ordered),
    low: Int32Array.from(low),
    fraction: Float64Array.from(lines, ({ value }, i) => value - (low[i] as number)),
  };
}

/** The place in the grid that each pixel's centre is taken from. */
function centresOf({ base, weights, outputLength }: AxisTaps): Float64Array {
  return Float64Array.from(
    { length: outputLength },
    (_, i) => (base[i] as number) + (weights[3 * i + 1] as number) + 2 * (weights[3 * i + 2] as number),
  );
}

/**
 * Half the width, in grid samples, of the stretch around each sample where a second stage of interpolation cuts the
 * corner of the first; 0 where there is one stage alone. Pixels in such a stretch have three taps, the outer two of
 * which add up to it.
 */
function bendOf({ weights, outputLength }: AxisTaps): number {
  for (let i = 0; i < outputLength; i++) {
    const before = weights[3 * i] as number;
    const after = weights[3 * i + 2] as number;
    if (before > 1e-4 && after > 1e-4) return before + after;
  }
  return 0;
}

/** Where in the image a place in the grid between the first and the last centre lies. */
function positionOf(value: number, centres: Float64Array): number {
  let low = 0;
  let high = centres.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((centres[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const before = centres[low] as number;
  const after = centres[high] as number;
  return low + 0.5 + (value - before) / (after - before);
}

/** Where the value begins to change: between the last pixel of the edge and the first beyond, on the slope that follows. */
function startOfSlope(centres: Float64Array): number {
  const first = centres[0] as number;
  let i = 0;
  while (i < centres.length - 1 && (centres[i + 1] as number) - first < 1e-6) i++;
  const next = centres[i + 1];
  const slope = slopeAt(centres, i + 1);
  if (next === undefined || !(slope > 0)) return i + 0.5;
  return Math.max(i + 0.5, i + 1.5 - (next - first) / slope);
}

function endOfSlope(centres: Float64Array): number {
  const length = centres.length;
  const last = centres[length - 1] as number;
  let i = length - 1;
  while (i > 0 && last - (centres[i - 1] as number) < 1e-6) i--;
  const before = centres[i - 1];
  const slope = slopeAt(centres, i - 2);
  if (before === undefined || !(slope > 0)) return i + 0.5;
  return Math.min(i + 0.5, i - 0.5 + (last - before) / slope);
}

function slopeAt(centres: Float64Array, i: number): number {
  return (centres[i + 1] ?? Number.NaN) - (centres[i] ?? Number.NaN);
}
