import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError, parseRecord } from '@calque/core';
import { errnoOf } from '../errors.ts';
import type { CliRecord } from '../segment/make-record.ts';

/** What names the results of one request. */
export interface ResultRequest {
  readonly imagePath: string;
  readonly id?: string | number | undefined;
  readonly key: string;
}

/** Results of a request that lie in the folder, whole or not. */
export interface OwnResult {
  readonly name: string;
  /** Null: what lies there has the key, but is no record. */
  readonly record: CliRecord | null;
  /** Another one after every time that the record was written. */
  readonly revision: string;
}

/**
 * The names that the results of a request may have, best one first: that of the image and the id, and the same with
 * the request's key where that one belongs to another request or to somebody else.
 */
export function candidateNames({ imagePath, id, key }: ResultRequest): readonly string[] {
  const stem = shortened(path.parse(imagePath).name, 120);
  const slug = id === undefined ? '' : nameOfId(id);
  const name = slug === '' ? stem : `${stem}-${slug}`;
  return [name, `${name}-${key.slice(0, 8)}`, `${name}-${key}`];
}

/** Letters, digits, `-` and `_` of an id: what every file system takes. */
function nameOfId(id: string | number): string {
  const plain = String(id)
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
  return shortened(plain, 60);
}

/** File systems take 255 bytes; keys and suffixes need some of them. */
function shortened(text: string, sizeBytes: number): string {
  const characters = [...text];
  while (Buffer.byteLength(characters.join('')) > sizeBytes) characters.pop();
  return characters.join('');
}

/** The earlier results of a request, or null. */
export async function findOwn(folder: string, request: ResultRequest): Promise<OwnResult | null> {
  for (const name of candidateNames(request)) {
    const found = await readJson(folder, name);
    if (found === null || keyIn(found.value) !== request.key) continue;
    return { name, record: recordOf(found.value), revision: found.revision };
  }
  return null;
}

/** The first name under which nothing lies, or null. */
export async function freeName(
  folder: string,
  request: ResultRequest,
  endings: readonly string[],
): Promise<string | null> {
  for (const name of candidateNames(request)) {
    if ((await existingCount(folder, name, endings)) === 0) return name;
  }
  return null;
}

/** Whether there is a file for every ending. */
export async function isWhole(folder: string, name: string, endings: readonly string[]): Promise<boolean> {
  return (await existingCount(folder, name, endings)) === endings.length;
}

async function existingCount(folder: string, name: string, endings: readonly string[]): Promise<number> {
  const found = await Promise.all(
    endings.map((ending) =>
      stat(path.join(folder, `${name}.${ending}`)).then(
        () => 1,
        () => 0,
      ),
    ),
  );
  return found.reduce<number>((sum, one) => sum + one, 0);
}

async function readJson(
  folder: string,
  name: string,
): Promise<{ readonly value: unknown; readonly revision: string } | null> {
  const file = path.join(folder, `${name}.json`);
  try {
    const { ino, mtimeNs } = await stat(file, { bigint: true });
    return { value: JSON.parse(await readFile(file, 'utf8')), revision: `${ino}:${mtimeNs}` };
  } catch (error) {
    // No file, a folder, no permission, or no JSON: whatever it is, it is no result of this request.
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return null;
    throw error;
  }
}

function keyIn(record: unknown): unknown {
  return typeof record === 'object' && record !== null ? Reflect.get(record, 'key') : undefined;
}

function recordOf(value: unknown): CliRecord | null {
  try {
    parseRecord(value);
    return value as CliRecord;
  } catch (error) {
    if (isCalqueError(error)) return null;
    throw error;
  }
}
