import { createHash } from 'node:crypto';
import path from 'node:path';
import {
  type Bitmap,
  countsToString,
  decodeRle,
  encodeRle,
  MAX_MASK_PX,
  type RecordedRle,
} from '@calque/core';
import { sniffFormat } from '@calque/engine/node';
import { maskInputInvalid, reasonOf } from '../errors.ts';
import { loadSharp } from './load-sharp.ts';
import { readRecord } from './read-record.ts';
import { readRegularFile } from './read-regular-file.ts';

/** A mask given as a prompt, with what a record states of it. */
export interface MaskInput {
  /** As the person gave it. */
  readonly path: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly bitmap: Bitmap;
}

/** Reads a mask PNG (what is brighter than half counts as set) or the mask of a record. */
export async function readMaskInput(given: string, cwd: string): Promise<MaskInput> {
  const file = path.resolve(cwd, given);
  const bytes = await readRegularFile(file).catch((error: unknown) => {
    throw maskInputInvalid(given, `it cannot be read (${reasonOf(error)})`, error);
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const bitmap = isJson(bytes) ? await bitmapOfRecord(given, file) : await bitmapOfImage(given, bytes);
  return { path: given, sha256, bitmap };
}

function isJson(bytes: Uint8Array): boolean {
  return /^\s*\{/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
}

async function bitmapOfRecord(given: string, file: string): Promise<Bitmap> {
  const { record, mask } = await readRecord(file, given);
  if (record.mask.areaPx === 0) throw maskInputInvalid(given, 'the recorded mask is empty');
  return decodeRle(mask);
}

async function bitmapOfImage(given: string, bytes: Uint8Array): Promise<Bitmap> {
  const sniffed = sniffFormat(bytes);
  if (!sniffed.supported)
    throw maskInputInvalid(given, `it is ${sniffed.found}, neither an image nor a record`);
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MAX_MASK_PX })
      .flatten({ background: '#000' })
      .toColourspace('b-w')
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: data.map((value) => (value > 127 ? 1 : 0)) };
  } catch (error) {
    throw maskInputInvalid(given, error instanceof Error ? error.message : 'it is damaged', error);
  }
}

export function recordedRleOf(bitmap: Bitmap): RecordedRle {
  return { size: [bitmap.height, bitmap.width], counts: countsToString(encodeRle(bitmap)) };
}
