import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openDataset } from '../../../packages/server/src/datasets/open-dataset.ts';
import { openBundle } from '../../../packages/server/src/exchange/open-bundle.ts';
import { unzipTo } from '../../../packages/server/src/exchange/unzip-to.ts';
import { writeBundle } from '../../../packages/server/src/exchange/write-bundle.ts';
import { zipOf } from '../../../packages/server/src/exchange/zip-files.ts';
import { picture } from '../../../packages/server/src/testing/server-harness.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateBytes } from '../mutate-bytes.ts';

async function* files() {
  yield { path: 'labels/a.txt', content: '0 0.5 0.5 0.7 0.5 0.7 0.9\n'.repeat(20) };
  yield { path: 'data.yaml', content: 'names: [cat]\n' };
  yield { path: '../out.txt', content: 'x' };
}

const zipTarget: FuzzTarget = {
  name: 'zip',
  parts: 4,
  async open(folder) {
    const path = join(folder, 'upload.zip');
    const unpacked = join(folder, 'unpacked');
    const seeds = [await zipBytes('data.yaml'), await zipBytes('dat/a.yaml')];
    return {
      input: (random) => mutateBytes(seeds, random),
      async parse(input) {
        await writeFile(path, input);
        await rm(unpacked, { recursive: true, force: true });
        await unzipTo(path, unpacked);
      },
    };
  },
};

async function zipBytes(second: string): Promise<Uint8Array> {
  async function* two() {
    for await (const file of files()) {
      if (file.path === 'labels/a.txt') yield file;
      if (file.path === 'data.yaml') yield { ...file, path: second };
    }
  }
  return buffer(zipOf(two()));
}

const bundleTarget: FuzzTarget = {
  name: 'bundle',
  parts: 3,
  async open(folder) {
    const root = join(folder, 'photos');
    await mkdir(root);
    await writeFile(join(root, 'a.jpg'), await picture('a.jpg', 24, 17));
    const dataset = await openDataset({ folder: root, home: folder, tell: () => undefined });
    await dataset.indexed();
    const { signal } = new AbortController();
    const { stream } = await writeBundle(dataset, { version: '0.0.0', now: () => new Date(0), signal });
    const seed = await buffer(stream);
    await dataset.close();
    const path = join(folder, 'bundle.zip');
    const target = join(folder, 'opened');
    return {
      input: (random) => mutateBytes([seed], random),
      async parse(input) {
        await writeFile(path, input);
        await rm(target, { recursive: true, force: true });
        await openBundle(path, target, { signal });
      },
    };
  },
};

export const archiveTargets: readonly FuzzTarget[] = [zipTarget, bundleTarget];
