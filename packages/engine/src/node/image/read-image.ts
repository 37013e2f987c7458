import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Size } from '@calque/core';
import sharp from 'sharp';
import type { ImageFacts, ImageSource } from '../../contract.ts';
import {
  engineOutOfMemory,
  imageCorrupt,
  imageEmpty,
  imageFormatUnsupported,
  imageIsFolder,
  imageMissing,
  imageTooLarge,
  imageUnreadable,
} from '../../errors.ts';
import { sniffFormat } from './sniff-format.ts';

/** Of the file. A 268-megapixel image, uncompressed, 16 bits a channel, four channels. */
const MAX_FILE_BYTES = 2 ** 31;

export interface DecodedImage {
  readonly facts: Omit<ImageFacts, 'brightness'>;
  /** uint8, interleaved RGB (sRGB), row-major, shape [height, width, 3], oriented, alpha composited on white. */
  readonly pixels: Uint8Array;
}

export interface ReadImageOptions {
  /** Width times height beyond this is refused before anything is decoded. */
  readonly maxPixels: number;
}

/**
 * Decodes an image file to what a person sees: EXIF orientation applied, alpha on white, 16 bits scaled to 8, CMYK and
 * embedded colour profiles converted to sRGB (CMYK without a profile as light minus ink), grey repeated in three
 * channels; of many pages, the first.
 *
 * Rejects with `image-missing`, `image-is-folder`, `image-unreadable`, `image-empty`, `image-format-unsupported`,
 * `image-corrupt` or `image-too-large`.
 */
export async function readImage(source: ImageSource, options: ReadImageOptions): Promise<DecodedImage> {
  const path = source.kind === 'file' ? source.path : source.name;
  const bytes = source.kind === 'file' ? await readFileBytes(path) : source.bytes;
  if (bytes.byteLength === 0) throw imageEmpty(path);
  const sniffed = sniffFormat(bytes);
  if (!sniffed.supported) throw imageFormatUnsupported(path, sniffed.found);
  const { orientation, hasPlainInks } = await checkHeader(bytes, path, options);
  const { data, info } = await decodePixels(bytes, path, { ...options, hasPlainInks });
  return {
    facts: {
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      pixelSha256: pixelHash(data, info),
      width: info.width,
      height: info.height,
      orientation,
      format: sniffed.format,
    },
    pixels: data,
  };
}

/**
 * SHA-256 of a picture whatever file it came in: of the line `calque-rgb8 WIDTHxHEIGHT`, a newline and the pixels.
 *
 * @param pixels uint8, interleaved RGB, row-major.
 */
export function pixelHash(pixels: Uint8Array, { width, height }: Size): string {
  return createHash('sha256').update(`calque-rgb8 ${width}x${height}\n`).update(pixels).digest('hex');
}

async function readFileBytes(path: string): Promise<Uint8Array> {
  try {
    // Before opening: to open a pipe or a device can block for ever.
    const found = await stat(path);
    if (found.isDirectory()) throw imageIsFolder(path);
    if (!found.isFile()) throw imageUnreadable(path, 'it is not a regular file');
    if (found.size > MAX_FILE_BYTES)
      throw imageTooLarge(path, `${found.size} bytes`, `${MAX_FILE_BYTES} bytes`);
    const handle = await open(path, 'r');
    return await readWhole(handle, found.size);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw imageMissing(path);
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) throw imageUnreadable(path, code);
    throw error;
  }
}

/** Looks at the first bytes before it reads the rest, so that a huge file that is no image costs nothing. */
async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  try {
    const head = new Uint8Array(Math.min(64, size));
    await handle.read(head, 0, head.length, 0);
    return sniffFormat(head).supported ? await handle.readFile() : head;
  } finally {
    await handle.close();
  }
}

interface Header {
  readonly orientation: number;
  /** CMYK of 8 bits without a profile that says which inks are meant. */
  readonly hasPlainInks: boolean;
}

async function checkHeader(
  bytes: Uint8Array,
  path: string,
  { maxPixels }: ReadImageOptions,
): Promise<Header> {
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw imageCorrupt(path, reasonOf(error));
    });
  const { width, height, orientation } = metadata;
  if (width * height > maxPixels) {
    throw imageTooLarge(path, `${width} x ${height} pixels`, `${Math.floor(maxPixels / 1e6)} megapixels`);
  }
  if (metadata.depth === 'float' || metadata.depth === 'double' || metadata.depth === 'complex') {
    throw imageFormatUnsupported(path, 'an image of floating-point numbers, whose range is not known');
  }
  const { space, depth, channels, icc } = metadata;
  const hasPlainInks = space === 'cmyk' && depth === 'uchar' && channels === 4 && icc === undefined;
  return { orientation: orientation ?? 1, hasPlainInks };
}

async function decodePixels(
  bytes: Uint8Array,
  path: string,
  { maxPixels, hasPlainInks }: ReadImageOptions & Pick<Header, 'hasPlainInks'>,
): Promise<{ data: Uint8Array; info: Size }> {
  try {
    const space = hasPlainInks ? 'cmyk' : 'srgb';
    const image = sharp(bytes, { limitInputPixels: maxPixels }).autoOrient();
    const { data, info } = await (hasPlainInks ? image.pipelineColourspace(space) : image)
      .toColourspace(space)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (hasPlainInks) return { data: fromInks(data), info };
    if (info.channels !== 3 && info.channels !== 4)
      throw new Error(`${info.channels} channels where 3 or 4 were expected`);
    return { data: info.channels === 4 ? onWhite(data) : data, info };
  } catch (error) {
    throw decodeFailure(path, reasonOf(error));
  }
}

/**
 * Each ink takes its share of the light: as browsers and Pillow show CMYK without a profile. libvips would assume one.
 *
 * @param cmyk uint8, interleaved, 255 is full ink.
 */
function fromInks(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - (cmyk[from + 3] as number);
    for (let ink = 0; ink < 3; ink++) {
      rgb[to++] = Math.floor(((255 - (cmyk[from + ink] as number)) * light + 127) / 255);
    }
  }
  return rgb;
}

/**
 * Rounded to the nearest level; libvips' `flatten` cuts, and encoders hear a difference of one level.
 *
 * @param rgba uint8, interleaved, straight alpha.
 */
function onWhite(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const alpha = rgba[from + 3] as number;
    const white = 255 * (255 - alpha) + 127;
    for (let channel = 0; channel < 3; channel++) {
      rgb[to++] = Math.floor(((rgba[from + channel] as number) * alpha + white) / 255);
    }
  }
  return rgb;
}

/** A damaged file, too, can ask for more memory than there is: these alone are words of a decoder that really lacks it. */
function decodeFailure(path: string, reason: string): Error {
  return /vips_(tracked|image_write_to_memory): out of memory|error creating thread/i.test(reason)
    ? engineOutOfMemory(`decoding ${path}`, reason)
    : imageCorrupt(path, reason);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, ' ').trim();
}
