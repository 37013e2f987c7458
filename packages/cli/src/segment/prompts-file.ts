import { createHash } from 'node:crypto';
import { constants, existsSync, open as openDescriptor } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { isCalqueError } from '@calque/core';
import { promptsTooLong, promptsUnreadable } from '../errors.ts';
import { makeTemporaryFolder, sweepTemporaryFolders, type TemporaryFolder } from '../temporary-folder.ts';
import type { PlannedImage, PlannedItem } from './image-plan.ts';
import { type PromptLine, parsePromptLine } from './prompt-line.ts';
import { requestText } from './request-key.ts';
import type { SegmentRequest } from './segment-request.ts';

export interface PromptsFile {
  readonly images: readonly PlannedImage[];
  /** Lines that are not prompts. Empty lines are passed over. */
  readonly faults: readonly LineFault[];
  /** Prompts and faults. */
  readonly lineCount: number;
  readonly close: () => Promise<void>;
}

export interface LineFault {
  readonly index: number;
  readonly line: number;
  readonly error: unknown;
}

export interface PromptsSource {
  /** A path, or `-` for `stdin`. */
  readonly path: string;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly signal: AbortSignal;
}

/**
 * Reads prompts once to learn which images they name and where each line lies; the lines themselves are read again when
 * their turn comes. What can be read but once, standard input or a pipe, is kept in a temporary file for that.
 * Rejects with `prompts-unreadable`.
 */
export async function openPrompts(source: PromptsSource): Promise<PromptsFile> {
  await sweepTemporaryFolders();
  const opened: Opened = { handle: null, spool: null };
  const close = async (): Promise<void> => {
    await opened.handle?.close();
    await opened.spool?.remove();
  };
  try {
    const plan = await readPlan(source, opened);
    return { ...plan, close };
  } catch (error) {
    await close();
    if (source.signal.aborted || isCalqueError(error)) throw error;
    throw promptsUnreadable(source.path, error);
  }
}

interface Opened {
  handle: FileHandle | null;
  spool: TemporaryFolder | null;
}

type Plan = Omit<PromptsFile, 'close'>;

async function readPlan(source: PromptsSource, opened: Opened): Promise<Plan> {
  const { path: given, cwd, signal } = source;
  const file = path.resolve(cwd, given);
  const folders = { cwd, base: given === '-' ? cwd : path.dirname(file) };
  if (given !== '-' && !(await isPipe(file))) {
    const handle = await open(file);
    opened.handle = handle;
    const input = handle.createReadStream({ start: 0, autoClose: false });
    return pipeline(input, (chunks) => planLines(handle, linesOf(chunks, given), folders), { signal });
  }
  opened.spool = await makeTemporaryFolder();
  const handle = await open(path.join(opened.spool.path, 'prompts.jsonl'), 'wx+');
  opened.handle = handle;
  const input = given === '-' ? source.stdin : await openPipe(file);
  const plan = (chunks: Chunks) => planLines(handle, linesOf(written(chunks, handle), given), folders);
  return pipeline(input, plan, { signal });
}

type Chunks = AsyncIterable<Uint8Array | string>;

async function isPipe(file: string): Promise<boolean> {
  const stats = await stat(file);
  if (stats.isFIFO()) return true;
  if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is neither a file nor a pipe');
  return false;
}

/**
 * An open that waits for a writer ends with no signal, and so does not the process; this one does not wait, and the
 * socket reads when something comes.
 */
async function openPipe(file: string): Promise<NodeJS.ReadableStream> {
  const { O_RDONLY, O_NONBLOCK } = constants;
  const fd = await promisify(openDescriptor)(file, O_RDONLY | O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

/** Passes on what it has written into the file. */
async function* written(chunks: Chunks, handle: FileHandle): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    await handle.appendFile(bytes);
    yield bytes;
  }
}

interface Folders {
  readonly cwd: string;
  /** The folder of the prompts file. */
  readonly base: string;
}

async function planLines(handle: FileHandle, lines: AsyncIterable<Line>, folders: Folders): Promise<Plan> {
  const images = new Map<string, PlannedImage & { readonly items: PlannedItem[] }>();
  const faults: LineFault[] = [];
  const occurrences = new Map<string, number>();
  let index = 0;
  for await (const { text, line, offset, length } of lines) {
    if (text.trim() === '') continue;
    try {
      const prompt = parsePromptLine(text);
      const file = resolveImage(prompt.image, folders);
      const planned = images.get(file) ?? { file, items: [] };
      images.set(file, planned);
      const occurrence = countOccurrence(occurrences, prompt);
      planned.items.push({
        index,
        line,
        path: prompt.image,
        occurrence,
        read: () => readLine(handle, offset, length),
      });
    } catch (error) {
      faults.push({ index, line, error });
    }
    index += 1;
  }
  return { images: [...images.values()], faults, lineCount: index };
}

/** Relative to the current folder, as on the command line; where there is nothing, beside the prompts file. */
function resolveImage(image: string, { cwd, base }: Folders): string {
  const here = path.resolve(cwd, image);
  const beside = path.resolve(base, image);
  return !existsSync(here) && existsSync(beside) ? beside : here;
}

function countOccurrence(occurrences: Map<string, number>, prompt: PromptLine): number {
  const digest = createHash('sha1')
    .update(requestText(prompt.image, requestOf(prompt)))
    .digest('base64');
  const count = occurrences.get(digest) ?? 0;
  occurrences.set(digest, count + 1);
  return count;
}

function requestOf({ id, box, points }: PromptLine): SegmentRequest {
  return { ...(id === undefined ? {} : { id }), box, points, maskInput: null };
}

async function readLine(handle: FileHandle, offset: number, length: number): Promise<SegmentRequest> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, offset);
  return requestOf(parsePromptLine(textOf(bytes)));
}

interface Line {
  readonly text: string;
  /** From 1 on. */
  readonly line: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

const PROMPTS_LIMITS = { lineBytes: 1 << 20, lines: 100_000, bytes: 256 << 20 } as const;

/** In which a file that is no text has a zero byte. */
const HEAD_BYTES = 1024;

/** Holds one line at most. Throws when one of the limits is passed, `given` is the input's name for that. */
async function* linesOf(chunks: Chunks, given: string): AsyncGenerator<Line> {
  const parts: Buffer[] = [];
  let partBytes = 0;
  let offset = 0;
  let line = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    partBytes += part.length;
    const number = line + 1;
    const { lineBytes, lines, bytes } = PROMPTS_LIMITS;
    if (partBytes > lineBytes) throw promptsTooLong(given, `line ${number} has more than ${lineBytes} bytes`);
    if (number > lines) throw promptsTooLong(given, `there are more than ${lines} lines`);
    if (offset + partBytes > bytes) throw promptsTooLong(given, `there are more than ${bytes} bytes`);
  };
  const take = (): Line => {
    const bytes = Buffer.concat(parts);
    const taken = { text: textOf(bytes), line: line + 1, offset, length: bytes.length };
    line += 1;
    offset += bytes.length + 1;
    parts.length = 0;
    partBytes = 0;
    return taken;
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    // A picture, or UTF-16: one message instead of one a line.
    if (line === 0 && bytes.subarray(0, HEAD_BYTES).includes(0)) throw new Error('it is not UTF-8 text');
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      add(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < bytes.length) add(bytes.subarray(start));
  }
  if (partBytes > 0) yield take();
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
