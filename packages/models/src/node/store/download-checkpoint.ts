import { basename, join } from 'node:path';
import { modelDownloadFailed, reasonOf } from '../../errors.ts';
import type { PublishedCheckpoint } from '../../manifest/published-checkpoints.ts';
import { makeFolder } from '../make-folder.ts';
import type { FileIdentity } from './file-identity.ts';
import { sizeAtAddress } from './https-source.ts';
import { sizeInMirror } from './mirror-source.ts';
import type { Environment } from './npm-options.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { PullListener } from './pull-event.ts';
import { fetchMissing } from './pull-model.ts';
import { Staging } from './staging.ts';
import type { StoreDisk } from './store-disk.ts';
import { writing } from './store-error.ts';

export interface DownloadRequest {
  readonly checkpoint: PublishedCheckpoint;
  /** Where the file is put, and where a part of it waits for the next attempt. */
  readonly folder: string;
  readonly mirror: string | undefined;
  readonly env: Environment;
  readonly disk: StoreDisk;
  readonly listener: PullListener;
  readonly signal: AbortSignal;
}

/** Fetches a published checkpoint from the mirror or its address, and checks its hash. Resolves to its path. */
export async function downloadCheckpoint(request: DownloadRequest): Promise<string> {
  const { checkpoint, folder, disk, listener, signal } = request;
  const { id, licence, url } = checkpoint;
  const file: FileIdentity = {
    name: basename(new URL(url).pathname),
    sizeBytes: await sizeOf(request),
    sha256: checkpoint.sha256,
  };
  await writing(folder, disk, file.sizeBytes, () => makeFolder(folder));
  listener({ kind: 'licence', id, licence, totalBytes: file.sizeBytes });
  const meter = new ProgressMeter(id, file.sizeBytes, listener);
  const wanted = [{ installed: file, source: file }];
  const staging = new Staging({ folder, wanted, disk, meter, signal });
  await staging.scan((name) => listener({ kind: 'verifying', id, file: name }));
  const manifest = { id, sources: [{ kind: 'https' as const, urls: { [file.name]: url } }] };
  await fetchMissing({ ...request, manifest }, staging, meter);
  return join(folder, file.name);
}

async function sizeOf({ checkpoint, mirror, signal }: DownloadRequest): Promise<number> {
  const { id, url, sizeBytes } = checkpoint;
  if (sizeBytes !== undefined) return sizeBytes;
  const name = basename(new URL(url).pathname);
  const inMirror = mirror === undefined ? undefined : await sizeInMirror(mirror, id, name);
  if (inMirror !== undefined) return inMirror;
  try {
    return await sizeAtAddress(url, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw modelDownloadFailed(id, [{ source: new URL(url).host, reason: reasonOf(error) }]);
  }
}
