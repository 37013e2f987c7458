import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Bitmap, boxFromArray } from '@calque/core';
import { contrastColour, loadFont, overlaySize, overlaySvg, type TextFont } from '@calque/report';
import { loadSharp } from '../segment/load-sharp.ts';
import type { CliRecord } from '../segment/make-record.ts';
import { readRecordedImage } from '../segment/read-recorded-image.ts';
import { formatScore } from './format-values.ts';

export interface OverlayParts {
  /** Absolute path of the image. */
  readonly file: string;
  readonly record: CliRecord;
  /** The recorded mask. */
  readonly bitmap: Bitmap;
}

/**
 * PNG of the image (oriented, transparency on white) with what the record says of it drawn over: the picture of a
 * result comes from the result alone.
 */
export async function renderOverlay({ file, record, bitmap }: OverlayParts): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { image, prompt, mask } = record;
  const bytes = await readRecordedImage(file, image);
  const size = overlaySize(image);
  const { data, info } = await sharp(bytes, { limitInputPixels: image.width * image.height })
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .resize({ ...pixelSize(size), fit: 'fill', kernel: size.scale > 1 ? 'nearest' : 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const drawn = size.scale < 1 ? sampleBitmap(bitmap, size) : bitmap;
  const svg = overlaySvg({
    image,
    mask: drawn,
    maskBox: mask.box === null ? null : boxFromArray(mask.box),
    prompt: { box: prompt.box === null ? null : boxFromArray(prompt.box), points: prompt.points },
    legend: [`score ${formatScore(mask.score)}`, `area ${groupDigits(mask.areaPx)} px`],
    font: await overlayFont(),
    maskColour: contrastColour({ width, height, channels, data }, drawn),
  });
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .composite([{ input: Buffer.from(svg), limitInputPixels: false, unlimited: true }])
    .removeAlpha()
    .png({ compressionLevel: 4 })
    .toBuffer();
}

function pixelSize({ width, height }: { readonly width: number; readonly height: number }) {
  return { width, height };
}

/** Nearest pixels: good enough for an outline of two pixels, and quick on a hundred million of them. */
function sampleBitmap(
  bitmap: Bitmap,
  { width, height }: { readonly width: number; readonly height: number },
): Bitmap {
  const data = new Uint8Array(width * height);
  const columns = Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * bitmap.width) / width));
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(((y + 0.5) * bitmap.height) / height) * bitmap.width;
    for (let x = 0; x < width; x += 1)
      data[y * width + x] = bitmap.data[row + (columns[x] as number)] as number;
  }
  return { width, height, data };
}

function groupDigits(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, '\u00A0');
}

let font: Promise<TextFont> | null = null;

export function overlayFont(): Promise<TextFont> {
  font ??= readFile(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')).then(
    loadFont,
  );
  return font;
}
