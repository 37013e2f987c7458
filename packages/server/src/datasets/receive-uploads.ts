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
      taken.push(await receiveOne(dataset, folder, part));
    } catch (error) {
      if (!isCalqueError(error)) throw error;
      refused.push({ name: part.filename.slice(0, 200), code: error.code, detail: error.toLine() });
    }
  }
  const images = await dataset.takeIn(await found(dataset.root, taken));
  return { images: images.map((image: StoredImage) => dataset.wire(image)), refused };
}

/** @returns the path in the dataset. */
async function receiveOne(dataset: Dataset, folder: string, part: MultipartFile): Promise<string> {
  const temporary = `${randomUUID()}.part`;
  const path = join(folder, temporary);
  try {
    await pipeline(part.file, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
    if (part.file.truncated) throw requestTooLarge('the size of one file in docs/http.md');
    if ((await stat(path)).size === 0) throw uploadRefused(part.filename, 'it has no content');
    const { problem, format } = await lookAtImage(folder, temporary);
    if (problem !== null || format === null)
      throw imageHasProblem(part.filename.slice(0, 200), problem ?? 'unsupported');
    await checkDecodes(path, part.filename.slice(0, 200));
    return await giveName(dataset.root, path, uploadName(part.filename, format));
  } finally {
    // Where it was refused before its end, the rest has to go by, too.
    part.file.resume();
    await rm(path, { force: true });
  }
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
