import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Dataset } from '../packages/server/src/datasets/dataset.ts';
import { openDataset } from '../packages/server/src/datasets/open-dataset.ts';
import type { ImageQuery } from '../packages/server/src/storage/storage.ts';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const LIMIT_MS = 300;
const query: ImageQuery = {
  sort: 'path',
  limit: 100,
  after: null,
  state: null,
  unreviewed: false,
  search: null,
  tag: null,
  label: null,
  minObjects: null,
  maxScore: null,
};

/** A folder of 100,000 images: from opening it to the first page, the first time and again, and while it is indexed. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const files = quick ? 2000 : 100_000;
  const folder = mkdtempSync(join(tmpdir(), 'calque-bench-'));
  try {
    const root = join(folder, 'photos');
    mkdirSync(root);
    for (let i = 0; i < files; i++) writeFileSync(join(root, `IMG_${i}.jpg`), '');
    // Else the first commit would wait for the files that were made a moment ago.
    spawnSync('sync');
    const first = await opened(folder, root);
    const again = await opened(folder, root);
    return {
      name: `a folder of ${files} images`,
      rows: [
        { label: 'first page, first time', valueMs: first.firstPageMs },
        { label: 'of which opening the database', valueMs: first.openMs },
        { label: 'all indexed', valueMs: first.indexedMs },
        { label: 'longest pause of the server meanwhile', valueMs: first.longestPauseMs },
        { label: 'first page, opened again', valueMs: again.firstPageMs },
        { label: 'compared with the folder again', valueMs: again.indexedMs },
        { label: 'a page from the middle', valueMs: again.middlePageMs },
      ],
      ratios: [
        { label: `first page, first time / ${LIMIT_MS} ms`, value: first.firstPageMs / LIMIT_MS, limit: 1 },
        { label: `first page, opened again / ${LIMIT_MS} ms`, value: again.firstPageMs / LIMIT_MS, limit: 1 },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function opened(folder: string, root: string) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const started = performance.now();
  const dataset = await openDataset({ folder: root, home: folder, tell: () => undefined });
  const openMs = performance.now() - started;
  const page = await dataset.list(query);
  const firstPageMs = performance.now() - started;
  if (page.images[1]?.path !== 'IMG_1.jpg') throw new Error('the first page is not the first');
  delay.enable();
  await dataset.indexed();
  const indexedMs = performance.now() - started;
  delay.disable();
  const middlePageMs = await middlePage(dataset);
  await dataset.close();
  return { openMs, firstPageMs, indexedMs, middlePageMs, longestPauseMs: delay.max / 1e6 };
}

async function middlePage(dataset: Dataset): Promise<number> {
  let after: string | null = null;
  for (let page = 0; page < 5; page++) after = (await dataset.list({ ...query, limit: 500, after })).next;
  const started = performance.now();
  await dataset.list({ ...query, after });
  return performance.now() - started;
}
