import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  type PackedFile,
  type PackOptions,
  packedFile,
  packFiles,
  stateFiles,
} from '../archive/pack-files.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { StoredImage } from '../storage/storage.ts';
import { BUNDLE } from './bundle-kind.ts';

export interface BundleOptions extends PackOptions {
  readonly signal: AbortSignal;
}

export interface Bundle {
  /** The zip, made while it is read. */
  readonly stream: Readable;
  /** Images whose files cannot be read, and are therefore not in it. */
  readonly missing: readonly string[];
}

/** A dataset as one zip: images, annotations with their history, masks, records. The state is that of one moment. */
export async function writeBundle(dataset: Dataset, options: BundleOptions): Promise<Bundle> {
  const temporary = await mkdtemp(join(tmpdir(), 'calque-bundle-'));
  const remove = (): Promise<void> => rm(temporary, { recursive: true, force: true });
  try {
    const snapshot = join(temporary, 'calque.sqlite');
    await dataset.storage.copyTo(snapshot);
    const { files, missing } = await filesOf(dataset, snapshot, options.signal);
    const stream = packFiles(BUNDLE, basename(dataset.root), files, options);
    stream.once('close', () => void remove());
    options.signal.addEventListener('abort', () => stream.destroy(options.signal.reason as Error), {
      once: true,
    });
    return { stream, missing };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function filesOf(dataset: Dataset, snapshot: string, signal: AbortSignal) {
  const missing: string[] = [];
  const files: PackedFile[] = [
    await packedFile('state/calque.sqlite', snapshot),
    ...(await stateFiles(dataset.stateFolder)),
  ];
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const batch = await dataset.storage.imagesAfter(after, 1000);
    for (const image of batch) {
      const file = await imageFile(dataset, image);
      if (file === null) missing.push(image.path);
      else files.push(file);
    }
    const last = batch.at(-1);
    if (last === undefined) return { files, missing };
    after = last.id;
  }
}

async function imageFile(dataset: Dataset, image: StoredImage): Promise<PackedFile | null> {
  try {
    return await packedFile(`images/${image.path}`, await dataset.pathOf(image));
  } catch {
    // The list of what is missing is the answer to it.
    return null;
  }
}
