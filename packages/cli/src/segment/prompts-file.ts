import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promptsUnreadable } from '../errors.ts';
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
 * Reads a prompts file once to learn which images it names and where each line lies; the lines themselves are read
 * again when their turn comes. Standard input is copied to a temporary file for that.
 */
export async function openPrompts(source: PromptsSource): Promise<PromptsFile> {
  const spooled = (await canBeReadTwice(source)) ? null : await spool(source);
  const file = spooled?.file ?? path.resolve(source.cwd, source.path);
  let handle: FileHandle | null = null;
  const close = async (): Promise<void> => {
    await handle?.close();
    await spooled?.remove();
  };
  try {
    handle = await open(file);
    const base = source.path === '-' ? source.cwd : path.dirname(path.resolve(source.cwd, source.path));
    const plan = await planLines(handle, file, { cwd: source.cwd, base });
    return { ...plan, close };
  } catch (error) {
    await close();
    if (source.signal.aborted) throw error;
    throw promptsUnreadable(source.path, error);
  }
}

/** Lines are read again when their turn comes: a pipe must be copied first. */
async function canBeReadTwice({ path: given, cwd }: PromptsSource): Promise<boolean> {
  if (given === '-') return false;
  return stat(path.resolve(cwd, given)).then(
    (stats) => stats.isFile() || stats.isDirectory(),
    () => true,
  );
}

interface SpooledInput {
  readonly file: string;
  readonly remove: () => Promise<void>;
}

async function spool({ path: given, cwd, stdin, signal }: PromptsSource): Promise<SpooledInput> {
  const folder = await mkdtemp(path.join(tmpdir(), 'calque-'));
  const file = path.join(folder, 'prompts.jsonl');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const input = given === '-' ? stdin : createReadStream(path.resolve(cwd, given));
    await pipeline(input, createWriteStream(file), { signal });
  } catch (error) {
    await remove();
    throw signal.aborted ? error : promptsUnreadable(given, error);
  }
  return { file, remove };
}

interface Folders {
  readonly cwd: string;
  /** The folder of the prompts file. */
  readonly base: string;
}

async function planLines(
  handle: FileHandle,
  file: string,
  folders: Folders,
): Promise<Omit<PromptsFile, 'close'>> {
  const images = new Map<string, PlannedImage & { readonly items: PlannedItem[] }>();
  const faults: LineFault[] = [];
  const occurrences = new Map<string, number>();
  let index = 0;
  for await (const { text, line, offset, length } of linesOf(file)) {
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
  return requestOf(parsePromptLine(bytes.toString('utf8').replace(/^\uFEFF/, '')));
}

interface Line {
  readonly text: string;
  /** From 1 on. */
  readonly line: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 0;
  const take = (bytes: Buffer): Line => {
    line += 1;
    return { text: bytes.toString('utf8').replace(/^\uFEFF/, ''), line, offset, length: bytes.length };
  };
  for await (const chunk of createReadStream(file)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield take(rest.subarray(0, end));
      offset += end + 1;
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield take(rest);
}
