import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError } from '@calque/core';
import type { Engine } from '@calque/engine';
import { walkFolder } from '@calque/server';
import type { EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { encodesFailed, folderWithoutImages } from '../errors.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { withEngine } from '../segment/open-engine.ts';

export interface EncodeFlags extends EngineFlags {
  readonly shard?: Shard;
  readonly quiet?: boolean;
}

/** Every `of`-th image, beginning with the `number`-th; numbers count from 1. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

interface Tally {
  encoded: number;
  known: number;
  failed: number;
}

/** Encodes the images of a folder into the cache on disk, so that opening them later takes no encode. */
export async function encodeFolder(context: CliContext, folder: string, flags: EncodeFlags): Promise<void> {
  const images = await imagesIn(context, folder, flags.shard);
  const tally: Tally = { encoded: 0, known: 0, failed: 0 };
  await withEngine(
    context,
    { flags: { ...flags, cache: true }, quiet: flags.quiet === true },
    async ({ engine }) => {
      const progress = await startProgress({
        stream: context.stderr,
        title: 'Encoding',
        total: images.length,
        now: context.now,
        quiet: flags.quiet === true,
        onOneTerminal: context.stderr.isTTY === true && context.stdout.isTTY === true,
      });
      try {
        await encodeAll({ context, engine, images, tally, progress });
      } finally {
        progress.stop();
      }
    },
  );
  context.stdout.write(`${tally.encoded} encoded, ${tally.known} known, ${tally.failed} failed\n`);
  if (tally.failed > 0) throw encodesFailed(tally.failed, images.length);
}

async function imagesIn(context: CliContext, folder: string, shard: Shard | undefined): Promise<string[]> {
  const root = await realpath(path.resolve(context.cwd, folder)).catch(() => null);
  if (root === null) throw folderWithoutImages(folder);
  const paths: string[] = [];
  const options = { signal: context.signal, onFolder: () => undefined };
  try {
    for await (const files of walkFolder(root, options)) paths.push(...files.map((file) => file.path));
  } catch (error) {
    context.signal.throwIfAborted();
    throw folderWithoutImages(folder, error);
  }
  if (paths.length === 0) throw folderWithoutImages(folder);
  return paths
    .filter((_, index) => shard === undefined || index % shard.of === shard.number - 1)
    .map((relative) => path.join(root, relative));
}

interface EncodeAll {
  readonly context: CliContext;
  readonly engine: Engine;
  readonly images: readonly string[];
  readonly tally: Tally;
  readonly progress: Progress;
}

async function encodeAll({ context, engine, images, tally, progress }: EncodeAll): Promise<void> {
  const startedMs = context.now().getTime();
  for (const [done, image] of images.entries()) {
    progress.update(done, remaining(context.now().getTime() - startedMs, done, images.length));
    try {
      const { cache } = await engine.encode({ kind: 'file', path: image }, { signal: context.signal });
      if (cache === 'miss') tally.encoded++;
      else tally.known++;
    } catch (error) {
      context.signal.throwIfAborted();
      // One bad file must not cost the others; a model that cannot run would fail on each of them.
      if (!isCalqueError(error) || !error.code.startsWith('image-')) throw error;
      tally.failed++;
      progress.line(`calque: ${error.toLine()}`);
    }
  }
}

function remaining(elapsedMs: number, done: number, total: number): string {
  if (done === 0) return `${total} images`;
  const leftS = Math.ceil(((elapsedMs / done) * (total - done)) / 1000);
  const time = leftS < 120 ? `${leftS} s` : `${Math.ceil(leftS / 60)} min`;
  return `${done} of ${total} images, ${time} left`;
}
