import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInTemplate } from '../packages/report/src/index.ts';
import { openDataset } from '../packages/server/src/datasets/open-dataset.ts';
import { makeReport, type ReportFormat } from '../packages/server/src/reports/make-report.ts';
import { writeReport } from '../packages/server/src/reports/write-report.ts';
import { drawSeededImages, seedStudy } from '../packages/server/src/testing/seed-study.ts';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const LIMIT_MS = 20_000;

/** The report of 50 images of 2.2 megapixels and 200 objects, in each format, from recorded state to files on disk. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const seed = quick
    ? { images: 3, objects: 7, width: 300, height: 200, seed: 3 }
    : { images: 50, objects: 200, width: 1800, height: 1200, seed: 3 };
  const folder = mkdtempSync(join(tmpdir(), 'calque-bench-'));
  try {
    const root = join(folder, 'photos');
    mkdirSync(root);
    await drawSeededImages(root, seed);
    const dataset = await openDataset({ folder: root, home: folder, tell: () => undefined });
    await dataset.indexed();
    await seedStudy(dataset, seed);
    const times: { label: string; valueMs: number }[] = [];
    for (const format of ['html', 'pdf', 'md'] as const) {
      const started = performance.now();
      await makeOnce(dataset, format, join(folder, `report.${format}`));
      times.push({ label: format, valueMs: performance.now() - started });
    }
    await dataset.close();
    return {
      name: `a report of ${seed.images} images and ${seed.objects} objects`,
      rows: times,
      ratios: times.map(({ label, valueMs }) => ({
        label: `${label} / ${LIMIT_MS} ms`,
        value: valueMs / LIMIT_MS,
        limit: 1,
      })),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeOnce(
  dataset: Awaited<ReturnType<typeof openDataset>>,
  format: ReportFormat,
  path: string,
): Promise<void> {
  const made = await makeReport(dataset, {
    language: 'fr',
    format,
    template: { name: 'lab', source: builtInTemplate('lab', 'fr'), file: 'lab' },
    environment: null,
    software: { name: 'calque', version: '0.0.0' },
    now: new Date(0),
    baseName: 'report',
    earlier: null,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  if (made.failures.length > 0) throw new Error(made.failures.join('\n'));
  await writeReport(path, dataset.root, made);
}
