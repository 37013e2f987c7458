import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OutFile } from '@calque/server';
import { errnoOf, outputFailed, outputTaken } from '../errors.ts';

/** Rejects with `output-taken` where something is there: an export never replaces a file. */
export async function requireFree(target: string): Promise<void> {
  const found = await stat(target).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw outputFailed(target, error);
  });
  if (found !== null) throw outputTaken(target);
}

/** Makes `target` whole or not at all: it is written beside and renamed. */
async function placed(target: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${target}.${process.pid}.partial`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await write(partial);
    await requireFree(target);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw isOfTarget(error, partial) ? outputFailed(target, error) : error;
  }
}

/** What could not be written, rather than read. */
function isOfTarget(error: unknown, partial: string): boolean {
  const { path: place, code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || (place?.startsWith(path.dirname(partial)) ?? false);
}

export function placeStream(target: string, stream: Readable, signal: AbortSignal): Promise<void> {
  return placed(target, (partial) =>
    pipeline(stream, createWriteStream(partial, { flags: 'wx' }), { signal }),
  );
}

export function placeFile(target: string, files: AsyncIterable<OutFile>): Promise<void> {
  return placed(target, async (partial) => {
    for await (const { content } of files) await writeFile(partial, content, { flag: 'wx' });
  });
}

export function placeFolder(target: string, files: AsyncIterable<OutFile>): Promise<void> {
  return placed(target, async (partial) => {
    await mkdir(partial);
    for await (const file of files) {
      const place = path.join(partial, file.path);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, file.content, { flag: 'wx' });
    }
  });
}
