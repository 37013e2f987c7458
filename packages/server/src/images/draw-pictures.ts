import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageFacts, isCalqueError, measureImageFacts } from '@calque/core';
import { imageCorrupt } from '@calque/engine';
import { readImage } from '@calque/engine/node';
import sharp, { type Sharp } from 'sharp';
import { MAX_PIXELS } from './picture-settings.ts';

/** In pixels; with one pixel of the neighbours at its edges. */
const TILE = 512;

/** As the engine reads: oriented, 8 bits, sRGB, alpha on white; the first of many pages. */
async function open(path: string, options: { readonly sequential: boolean }): Promise<Sharp> {
  const { space, icc } = await sharp(path, { limitInputPixels: false }).metadata();
  if (space === 'cmyk' && icc === undefined) return openInks(path);
  return sharp(path, { limitInputPixels: MAX_PIXELS, sequentialRead: options.sequential })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
}

/** libvips would assume a profile for inks that come without one; the engine takes each for its share of the light. */
async function openInks(path: string): Promise<Sharp> {
  const { facts, pixels } = await readImage({ kind: 'file', path }, { maxPixels: MAX_PIXELS });
  return sharp(pixels, { raw: { width: facts.width, height: facts.height, channels: 3 } });
}

/** At most `side` pixels wide and high. */
export async function drawThumbnail(path: string, target: string, side: number): Promise<void> {
  const picture = await saved(path, open(path, { sequential: true }));
  const small = picture.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  await saved(path, small.webp({ quality: 80, effort: 2 }).toFile(target));
}

/** Facts of an image by its thumbnail, brought to 160 pixels, so that those of all images compare. */
export async function measureThumbnail(path: string): Promise<ImageFacts> {
  const { data, info } = await sharp(path)
    .resize({ width: 160, height: 160, fit: 'inside', withoutEnlargement: true })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return measureImageFacts(data, info);
}

/**
 * Whether a browser would show the file otherwise than the model sees it: turned by its orientation, with something
 * behind transparent parts, in another colour space, or not at all.
 */
export async function needsDrawing(path: string, format: string): Promise<boolean> {
  if (format !== 'jpeg' && format !== 'png' && format !== 'webp') return true;
  const { orientation = 1, hasAlpha, space, depth, pages = 1 } = await saved(path, sharp(path).metadata());
  return (
    orientation !== 1 || hasAlpha || pages > 1 || depth !== 'uchar' || (space !== 'srgb' && space !== 'b-w')
  );
}

export async function drawDisplay(path: string, target: string, kind: 'jpeg' | 'png'): Promise<void> {
  const picture = await saved(path, open(path, { sequential: false }));
  const encoded =
    kind === 'jpeg'
      ? picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      : picture.png({ compressionLevel: 3 });
  await saved(path, encoded.toFile(target));
}

/** Decodes everything once and keeps nothing. Rejects with `image-corrupt` under the name given. */
export async function checkDecodes(path: string, name: string): Promise<void> {
  const picture = await saved(name, open(path, { sequential: true }));
  await saved(name, picture.stats());
}

/** Deep Zoom: `tiles.dzi` and `tiles_files/LEVEL/COLUMN_ROW.jpeg` in the folder `target`. */
export async function drawTiles(path: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const picture = await saved(path, open(path, { sequential: false }));
  const tiles = picture.jpeg({ quality: 90 }).tile({ size: TILE, overlap: 1, layout: 'dz' });
  await saved(path, tiles.toFile(join(target, 'tiles')));
}

/** What libvips says of a file becomes an error that people understand. */
async function saved<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isCalqueError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (/ENOSPC|ENOENT|EACCES|No space|Permission denied/i.test(message)) throw error;
    throw imageCorrupt(path, message.replace(/\s+/g, ' ').trim());
  }
}
