import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { constants, copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Answer } from '@calque/api';
import { isCalqueError } from '@calque/core';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import {
  datasetReadOnly,
  imageHasProblem,
  requestInvalid,
  requestTooLarge,
  uploadRefused,
} from '../errors.ts';
import { checkDecodes } from '../images/draw-pictures.ts';
import { lookAtImage } from '../images/look-at-image.ts';
import type { StoredImage } from '../storage/storage.ts';
import type { Dataset } from './dataset.ts';
import { uploadName } from './upload-name.ts';
import { found } from './walk-folder.ts';

type UploadAnswer = Answer<'uploadImages'>;

/**
 * Takes the files of a multipart request into a dataset's folder. Each is received aside, looked at, decoded once, and only then
 * given its name; a file that is there already is never replaced. What is refused is told, and the others are taken.
 */
export async function receiveUploads(dataset: Dataset, request: FastifyRequest): Promise<UploadAnswer> {
  if (!dataset.writable) throw datasetReadOnly(dataset.root);
  if (!request.isMultipart()) throw requestInvalid('body', 'it is not multipart/form-data');
  const folder = join(dataset.stateFolder, 'uploads');
  await mkdir(folder, { recursive: true });
  const taken: string[] = [];
  const refused: UploadAnswer['refused'] = [];
  for await (const part of request.files()) {
    try {
      taken.push(await receiveOne(part, { folder, target: dataset.root }));
    } catch (error) {
      if (!isCalqueError(error)) throw error;
      refused.push({ name: nameOf(part), code: error.code, detail: error.toLine() });
    }
  }
  const images = await dataset.takeIn(await found(dataset.root, taken));
  return { images: images.map((image: StoredImage) => dataset.wire(image)), refused };
}

/** Takes the one picture of a multipart request among those that reports show. Rejects where it is none. */
export async function receiveCapture(dataset: Dataset, request: FastifyRequest): Promise<{ name: string }> {
  if (!request.isMultipart()) throw requestInvalid('body', 'it is not multipart/form-data');
  const part = await request.file();
  if (part === undefined) throw requestInvalid('body', 'it holds no file');
  const folder = join(dataset.stateFolder, 'uploads');
  const target = join(dataset.stateFolder, 'captures');
  await Promise.all([mkdir(folder, { recursive: true }), mkdir(target, { recursive: true })]);
  return { name: await receiveOne(part, { folder, target }) };
}

/** @returns the name that it got in the target. */
async function receiveOne(
  part: MultipartFile,
  { folder, target }: { readonly folder: string; readonly target: string },
): Promise<string> {
  const temporary = `${randomUUID()}.part`;
  const path = join(folder, temporary);
  try {
    await pipeline(part.file, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
    if (part.file.truncated) throw requestTooLarge('the size of one file in docs/http.md');
    if ((await stat(path)).size === 0) throw uploadRefused(nameOf(part), 'it has no content');
    const { problem, format } = await lookAtImage(folder, temporary);
    if (problem !== null || format === null) throw imageHasProblem(nameOf(part), problem ?? 'unsupported');
    await checkDecodes(path, nameOf(part));
    return await giveName(target, path, uploadName(nameOf(part), format));
  } finally {
    // Where it was refused before its end, the rest has to go by, too.
    part.file.resume();
    await rm(path, { force: true });
  }
}

/** A form may leave the name of a file out, whatever the library's type says. */
export function nameOf({ filename }: { readonly filename?: string | undefined }): string {
  return (filename ?? '').slice(0, 200);
}

/** `photo.jpg`, or `photo (2).jpg` where that is taken, and so on. */
async function giveName(root: string, from: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = [name.slice(0, dot), name.slice(dot)];
  const names = new Set((await readdir(root)).map((other) => other.toLowerCase()));
  for (let number = 1; number < 100_000; number++) {
    const wanted = number === 1 ? name : `${stem} (${number})${extension}`;
    if (names.has(wanted.toLowerCase())) continue;
    if (await placed(from, join(root, wanted))) return wanted;
  }
  throw uploadRefused(name, 'too many files have this name');
}

/** False where the name was taken in between. */
async function placed(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // Not every file system has links.
      await copyFile(from, to, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
