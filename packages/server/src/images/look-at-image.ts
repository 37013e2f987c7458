import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { isCalqueError } from '@calque/core';
import { imageEmpty } from '@calque/engine';
import { sniffFormat } from '@calque/engine/node';
import sharp from 'sharp';
import { openImageFile, resolveImagePath } from '../datasets/open-image-file.ts';
import type { ImageChange, StoredImage } from '../storage/storage.ts';
import { MAX_PIXELS } from './picture-settings.ts';

type Look = Required<Pick<ImageChange, 'width' | 'height' | 'format' | 'orientation' | 'problem'>>;

/** Size and format by the head of the file, and what is wrong with it. Decodes no pixels. Never rejects. */
export async function lookAtImage(root: string, path: string): Promise<Look> {
  try {
    const sniffed = sniffFormat(await headOf(root, path));
    if (!sniffed.supported) return { ...nothing, problem: 'unsupported' };
    return await lookAtHeader(await resolveImagePath(root, path), sniffed.format);
  } catch (error) {
    return { ...nothing, problem: problemOf(error) };
  }
}

const nothing = { width: null, height: null, format: null, orientation: null } as const;

async function headOf(root: string, path: string): Promise<Uint8Array> {
  const handle = await openImageFile(root, path);
  try {
    const head = new Uint8Array(64);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    if (bytesRead === 0) throw imageEmpty(path);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function lookAtHeader(file: string, format: string): Promise<Look> {
  try {
    const { width, height, orientation = 1 } = await sharp(file, { limitInputPixels: false }).metadata();
    const turned = orientation >= 5;
    return {
      width: turned ? height : width,
      height: turned ? width : height,
      format,
      orientation,
      problem: width * height > MAX_PIXELS ? 'too-large' : null,
    };
  } catch {
    return { ...nothing, format, problem: 'corrupt' };
  }
}

const PROBLEMS: Readonly<Record<string, NonNullable<StoredImage['problem']>>> = {
  'image-missing': 'missing',
  'image-empty': 'corrupt',
};

function problemOf(error: unknown): string {
  return (isCalqueError(error) ? PROBLEMS[error.code] : undefined) ?? 'unreadable';
}

/** SHA-256 of a file from its start, in pieces. */
export async function hashOfFile(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of handle.createReadStream({ start: 0, autoClose: false }))
    hash.update(piece as Buffer);
  return hash.digest('hex');
}
