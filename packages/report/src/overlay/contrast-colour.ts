import type { Bitmap, Size } from '@calque/core';

/** Interleaved sRGB, 8 bits, row by row; channels behind the third are ignored. */
export interface PixelGrid extends Size {
  readonly channels: number;
  readonly data: Uint8Array;
}

/**
 * The scheme "vibrant" of P. Tol (Colour Schemes, SRON technical note, 2021), which people with any kind of colour
 * vision tell apart, without its grey.
 */
export const MASK_COLOURS = [
  '#33bbee',
  '#ee3377',
  '#009988',
  '#ee7733',
  '#0077bb',
  '#cc3311',
] as const satisfies readonly string[];

export type MaskColour = (typeof MASK_COLOURS)[number];

/** Pixels that are looked at along the longer side: many enough for the patterns of an object. */
const SAMPLES_PER_SIDE = 160;
/** How far around the mask its surroundings reach, as a share of the samples of a side. */
const AROUND = 0.06;

/** Of the tint over the image; the rest is what lies under it. */
export const MASK_OPACITY = 0.5;

/**
 * The colour whose tint shows best: the tinted pixels differ from what they were, and from what is around the mask. Of
 * either, the quarter of the pixels where they differ least decides. The mask may have another size than the image.
 * Deterministic.
 */
export function contrastColour(image: PixelGrid, mask: Bitmap): MaskColour {
  const samples = samplePixels(image, mask);
  const contrasts = MASK_COLOURS.map((colour) => contrastOf(rgbOfHex(colour), samples));
  return MASK_COLOURS[contrasts.indexOf(Math.max(...contrasts))] ?? MASK_COLOURS[0];
}

function contrastOf(colour: Rgb, { under, around }: Samples): number {
  const tinted = under.map((pixel) => oklab(mixed(colour, pixel)));
  const change = tinted.map((lab, i) => distance(lab, oklab(under[i] ?? colour)));
  const typical = meanOf(tinted);
  const apart = around.map((pixel) => distance(typical, oklab(pixel)));
  return Math.min(lowQuarter(change), lowQuarter(apart));
}

/** Channels of 0 … 255, not linear. */
type Rgb = readonly [red: number, green: number, blue: number];
type Oklab = readonly [lightness: number, a: number, b: number];

/** As an SVG is laid over an image: in sRGB as it is. */
function mixed([red, green, blue]: Rgb, under: Rgb): Rgb {
  const mix = (over: number, below: number): number => over * MASK_OPACITY + below * (1 - MASK_OPACITY);
  return [mix(red, under[0]), mix(green, under[1]), mix(blue, under[2])];
}

/** Lightness counts half: within an object it changes with the light, and a tint is known by its hue. */
function distance(one: Oklab, other: Oklab): number {
  return Math.hypot((one[0] - other[0]) / 2, one[1] - other[1], one[2] - other[2]);
}

function meanOf(labs: readonly Oklab[]): Oklab {
  const sum = [0, 0, 0];
  for (const lab of labs) for (const [i, value] of lab.entries()) sum[i] = (sum[i] ?? 0) + value;
  const [lightness = 0, a = 0, b = 0] = sum.map((value) => value / Math.max(1, labs.length));
  return [lightness, a, b];
}

/** Value below which a quarter of them lie; infinite without values. */
function lowQuarter(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 4)] ?? Number.POSITIVE_INFINITY;
}

interface Samples {
  readonly under: readonly Rgb[];
  readonly around: readonly Rgb[];
}

function samplePixels(image: PixelGrid, mask: Bitmap): Samples {
  const grid = sampledMask(mask, sampleSize(mask));
  const near = grownMask(grid, Math.max(1, Math.round(SAMPLES_PER_SIDE * AROUND)));
  const under: Rgb[] = [];
  const around: Rgb[] = [];
  for (const [i, isUnder] of grid.data.entries()) {
    if (near.data[i] === 0) continue;
    (isUnder === 1 ? under : around).push(pixelAt(image, grid, i));
  }
  return { under, around };
}

function sampleSize({ width, height }: Size): Size {
  const step = Math.max(1, Math.max(width, height) / SAMPLES_PER_SIDE);
  return { width: Math.max(1, Math.round(width / step)), height: Math.max(1, Math.round(height / step)) };
}

/** A cell is set where any of its pixels is: thin objects stay. */
function sampledMask(mask: Bitmap, { width, height }: Size): Bitmap {
  const data = new Uint8Array(width * height);
  const stepX = mask.width / width;
  const stepY = mask.height / height;
  for (let y = 0; y < mask.height; y += 1) {
    const row = Math.min(height - 1, Math.floor(y / stepY)) * width;
    for (let x = 0; x < mask.width; x += 1) {
      if (mask.data[y * mask.width + x] === 1) data[row + Math.min(width - 1, Math.floor(x / stepX))] = 1;
    }
  }
  return { width, height, data };
}

/** Grown by a square of the given reach, axis by axis. */
function grownMask({ width, height, data }: Bitmap, reach: number): Bitmap {
  const wide = grownAlong(data, { count: height, stride: width, length: width, step: 1 }, reach);
  return {
    width,
    height,
    data: grownAlong(wide, { count: width, stride: 1, length: height, step: width }, reach),
  };
}

interface Lines {
  readonly count: number;
  /** From the start of a line to that of the next. */
  readonly stride: number;
  readonly length: number;
  /** From a cell of a line to the next. */
  readonly step: number;
}

function grownAlong(data: Uint8Array, { count, stride, length, step }: Lines, reach: number): Uint8Array {
  const grown = new Uint8Array(data.length);
  for (let line = 0; line < count; line += 1) {
    for (let i = 0; i < length; i += 1) {
      if (data[line * stride + i * step] !== 1) continue;
      const last = Math.min(length - 1, i + reach);
      for (let j = Math.max(0, i - reach); j <= last; j += 1) grown[line * stride + j * step] = 1;
    }
  }
  return grown;
}

/** The pixel of the image in the middle of a cell of the grid. */
function pixelAt({ width, height, channels, data }: PixelGrid, grid: Size, cell: number): Rgb {
  const x = Math.floor((((cell % grid.width) + 0.5) * width) / grid.width);
  const y = Math.floor(((Math.floor(cell / grid.width) + 0.5) * height) / grid.height);
  const at = (y * width + x) * channels;
  return [data[at] as number, data[at + 1] as number, data[at + 2] as number];
}

function rgbOfHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * sRGB to Oklab, whose distances are about those that people see. Source: B. Ottosson, "A perceptual color
 * space for image processing", 2020.
 */
function oklab([red8, green8, blue8]: Rgb): Oklab {
  const red = linear(red8);
  const green = linear(green8);
  const blue = linear(blue8);
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function linear(value8: number): number {
  const value = value8 / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
