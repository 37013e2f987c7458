import type { Readable } from 'node:stream';
import type { ReadEntry } from 'tar';
import type { FileIdentity } from './file-identity.ts';
import type { Staging } from './staging.ts';

/**
 * Takes files out of a package tarball while it streams by; the rest is skipped.
 *
 * @param tarball gzipped or plain tar
 * @param files by their path inside the package, without its outermost folder
 */
export async function receiveFromTarball(
  tarball: Readable,
  files: ReadonlyMap<string, FileIdentity>,
  staging: Staging,
): Promise<void> {
  // From the first moment: a stream that fails while the library loads would end the process.
  const broken = new Promise<never>((_, reject) => tarball.once('error', reject));
  broken.catch(() => undefined);
  const { Parser } = await Promise.race([import('tar'), broken]);
  const parser = new Parser({ strict: true });
  const waiting = new Map(files);
  let work: Promise<void> = Promise.resolve();
  let stop: (reason: unknown) => void = () => undefined;
  const onAbort = (): void => stop(staging.signal.reason);
  staging.signal.addEventListener('abort', onAbort);
  const end = new Promise<void>((resolve, reject) => {
    stop = (reason) => {
      tarball.unpipe?.(parser as unknown as NodeJS.WritableStream);
      tarball.destroy?.();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    parser.on('entry', (entry: ReadEntry) => {
      const file = isPlainFile(entry) ? waiting.get(pathInPackage(entry)) : undefined;
      if (file === undefined) {
        entry.resume();
        return;
      }
      waiting.delete(pathInPackage(entry));
      work = work.then(() => staging.receive(file, chunksUntil(entry, end)));
      work.catch(stop);
    });
    parser.on('end', () => {
      work.then(resolve, reject);
    });
    parser.on('error', stop);
    tarball.on('error', stop);
    tarball.pipe(parser as unknown as NodeJS.WritableStream);
  });
  if (staging.signal.aborted) onAbort();
  try {
    await end;
  } finally {
    staging.signal.removeEventListener('abort', onAbort);
    // The part file is closed before anybody else opens it.
    await work.catch(() => undefined);
  }
}

/** The chunks of an entry; throws when the whole ends in an error, of which the entry itself may hear nothing. */
async function* chunksUntil(entry: ReadEntry, end: Promise<void>): AsyncGenerator<Uint8Array> {
  const failed = end.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  const chunks = entry[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await Promise.race([chunks.next(), failed]);
    if (done === true || value === undefined) return;
    yield value as Uint8Array;
  }
}

function isPlainFile(entry: ReadEntry): boolean {
  return entry.type === 'File' || entry.type === 'OldFile';
}

/** Without the outermost folder, which is `package` in most tarballs and anything in some. */
function pathInPackage(entry: ReadEntry): string {
  return entry.path.slice(entry.path.indexOf('/') + 1);
}
