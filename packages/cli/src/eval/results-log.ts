import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectEvaluation } from '@calque/core';
import { errnoOf, outputFailed } from '../errors.ts';

/** What one model did on one image, as it is kept. */
export interface LoggedImage {
  /** Names model, image, truth and protocol by their content: equal keys, equal results. */
  readonly key: string;
  readonly model: string;
  readonly runtimeMs: number;
  readonly decodes: number;
  readonly objects: readonly ObjectEvaluation[];
}

export const RESULTS_NAME = 'results.jsonl';

/**
 * The file to which every finished image is added as one line with its checksum, on disk before the next one begins. Lines that are cut
 * or altered do not count.
 */
export class ResultsLog {
  readonly #file: FileHandle;
  readonly #path: string;

  private constructor(file: FileHandle, filePath: string) {
    this.#file = file;
    this.#path = filePath;
  }

  /** The log of a folder that exists, and what is whole in it. Throws `output-…`. */
  static async open(folder: string): Promise<{ log: ResultsLog; known: LoggedImage[]; damaged: number }> {
    const file = path.join(folder, RESULTS_NAME);
    try {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if (errnoOf(error) === 'ENOENT') return '';
        throw error;
      });
      const lines = text.split('\n').filter((line) => line !== '');
      const known = lines.flatMap((line) => parseLine(line) ?? []);
      const handle = await open(file, 'a');
      const log = new ResultsLog(handle, file);
      if (text !== '' && !text.endsWith('\n')) await handle.appendFile('\n');
      return { log, known, damaged: lines.length - known.length };
    } catch (error) {
      throw outputFailed(file, error);
    }
  }

  async add(image: LoggedImage): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify({ sha256: sumOf(image), ...image })}\n`);
      await this.#file.datasync();
    } catch (error) {
      throw outputFailed(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function parseLine(line: string): LoggedImage | null {
  try {
    const { sha256, ...image } = JSON.parse(line) as LoggedImage & { readonly sha256: string };
    return sha256 === sumOf(image) ? image : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Of the line without its checksum: JSON keeps the order of names. */
function sumOf(image: LoggedImage): string {
  return createHash('sha256').update(JSON.stringify(image)).digest('hex');
}
