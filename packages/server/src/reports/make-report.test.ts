import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countsFromString, decodeRle, maskIou, measureMask, parseRecordWithMask } from '@calque/core';
import { builtInTemplate } from '@calque/report';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../datasets/dataset.ts';
import { openDataset } from '../datasets/open-dataset.ts';
import { drawSeededImages, seedStudy } from '../testing/seed-study.ts';
import { type MadeReport, makeReport, type ReportFormat } from './make-report.ts';
import { writeReport } from './write-report.ts';

const seed = { images: 4, objects: 11, width: 360, height: 250, seed: 9 };
let folder: string;
let dataset: Dataset;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-report-'));
  const root = join(folder, 'photos');
  await mkdir(root);
  await drawSeededImages(root, seed);
  dataset = await openDataset({ folder: root, home: join(folder, 'home'), tell: () => undefined });
  await dataset.indexed();
  await seedStudy(dataset, seed);
});

afterAll(async () => {
  await dataset.close();
  await rm(folder, { recursive: true, force: true });
});

function make(
  format: ReportFormat,
  language: 'en' | 'fr',
  earlier: string | null = null,
): Promise<MadeReport> {
  return makeReport(dataset, {
    language,
    format,
    template: { name: 'lab', source: builtInTemplate('lab', language), file: 'lab' },
    environment: null,
    software: { name: 'calque', version: '7.8.9' },
    now: new Date('2031-02-03T04:05:06Z'),
    baseName: 'study',
    earlier,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

function rowsOf(made: MadeReport, caption: string): string[][] {
  const found = made.document.blocks.find((block) => block.kind === 'table' && block.caption === caption);
  if (found?.kind !== 'table') throw new Error(`no table ${caption}`);
  return found.rows.map((row) => row.map(({ text }) => text));
}

describe('a report of a recorded folder', () => {
  test('has the measures of its records, measured again from their masks', async () => {
    const made = await make('html', 'en');
    const rows = rowsOf(made, 'Measures of the masks');
    expect(rows).toHaveLength(seed.objects);
    const cells = made.document.blocks.flatMap((block) =>
      block.kind === 'table' && block.caption === 'Measures of the masks' ? block.rows : [],
    );
    for (const [i, row] of cells.entries()) {
      const record = made.records.get(row[1]?.recordName ?? '');
      if (record === undefined) throw new Error(`row ${i} has no record`);
      const { rle, score } = record.mask;
      const [height, width] = rle.size;
      const { areaPx, perimeterPx } = measureMask(decodeRle(countsFromString(rle.counts, { width, height })));
      expect(rows[i]?.[2]).toBe(score.toFixed(3));
      expect(rows[i]?.[4]?.replaceAll(',', '')).toBe(String(areaPx));
      expect(rows[i]?.[5]?.replaceAll(',', '')).toBe(perimeterPx.toFixed(1));
    }
  });

  test('compares a mask from a box with the one that points made', async () => {
    const made = await make('html', 'en');
    const [comparison] = made.document.blocks.filter(
      (block) => block.kind === 'table' && block.caption.startsWith('Before and after'),
    );
    if (comparison?.kind !== 'table') throw new Error('no comparison');
    const [before, after] = [1, 2].map((column) => {
      const record = made.records.get(comparison.rows[0]?.[column]?.recordName ?? '');
      const [height = 0, width = 0] = record?.mask.rle.size ?? [];
      return decodeRle(countsFromString(record?.mask.rle.counts ?? '', { width, height }));
    });
    if (before === undefined || after === undefined) throw new Error('no masks');
    expect(comparison.rows.at(-1)?.[2]?.text).toBe(maskIou(before, after).toFixed(3));
    expect(comparison.rows[1]?.map(({ text }) => text)).toEqual(['Points', '0', '2']);
  });

  test('draws every picture that it asks for, and carries its records', async () => {
    const made = await make('html', 'fr');
    expect(made.failures).toEqual([]);
    const html = new TextDecoder().decode(made.content);
    expect(html).not.toContain('n’a pas pu être dessinée');
    expect(html.match(/src="data:image\/jpeg/g)?.length).toBeGreaterThan(10);
    const [, name = '', data = ''] = /id="record-([^"]+)"[^>]*base64,([^"]+)"/.exec(html) ?? [];
    const carried = parseRecordWithMask(JSON.parse(Buffer.from(data, 'base64').toString('utf8')));
    expect(carried.record).toEqual(made.records.get(name));
  });

  test('is set as PDF with its records inside', async () => {
    const { content } = await make('pdf', 'fr');
    const pdf = Buffer.from(content).toString('latin1');
    expect(pdf.startsWith('%PDF-1.')).toBe(true);
    expect(pdf).toContain('/Lang (fr)');
    expect(pdf).toContain('records.jsonl');
    expect(pdf.trimEnd().endsWith('%%EOF')).toBe(true);
  });

  test('can be given up while it is made', async () => {
    const controller = new AbortController();
    const made = makeReport(dataset, {
      language: 'en',
      format: 'pdf',
      template: { name: 'lab', source: builtInTemplate('lab', 'en'), file: 'lab' },
      environment: null,
      software: { name: 'calque', version: '7.8.9' },
      now: new Date(0),
      baseName: 'study',
      earlier: null,
      signal: controller.signal,
      onProgress: ({ stage }) => {
        if (stage === 'draw') controller.abort(new Error('enough'));
      },
    });
    await expect(made).rejects.toThrow('enough');
  });
});

describe('on disk', () => {
  test('Markdown lies beside its pictures and records, and what the author wrote into it stays', async () => {
    const target = join(folder, 'out', 'study.md');
    await writeReport(target, dataset.root, await make('md', 'en'));
    const first = await readFile(target, 'utf8');
    const links = [...first.matchAll(/\]\((study\.pictures\/[^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect((await readFile(join(folder, 'out', link))).length).toBeGreaterThan(100);
    const records = await readdir(join(folder, 'out', 'study.records'));
    expect(records.length).toBe(new Set(records).size);
    const record = JSON.parse(
      await readFile(join(folder, 'out', 'study.records', records[0] ?? ''), 'utf8'),
    ) as {
      readonly imageFromRecord: string;
    };
    expect(
      (await readFile(join(folder, 'out', 'study.records', record.imageFromRecord))).length,
    ).toBeGreaterThan(100);

    await writeFile(
      target,
      first.replace(/\*To be written by the author: 6 to 10 lines[^\n]*/, 'Points help *here*.'),
    );
    const again = await make('md', 'en', await readFile(target, 'utf8'));
    await writeReport(target, dataset.root, again);
    expect(await readFile(target, 'utf8')).toContain('\n\nPoints help *here*.\n\n');
    expect(await readFile(again.authorPath, 'utf8')).toContain('Points help *here*.');
    const html = await make('html', 'en');
    expect(new TextDecoder().decode(html.content)).toContain('Points help <em>here</em>.');
  });

  test('a folder of a former report loses what is no longer in it, and nothing else', async () => {
    const target = join(folder, 'out', 'study.html');
    const made = await make('html', 'en');
    const records = join(folder, 'out', 'study.records');
    await mkdir(records, { recursive: true });
    await writeFile(join(records, 'old-0123abcd.json'), '{}');
    await writeFile(join(records, 'mine.json'), '{}');
    await writeReport(target, dataset.root, made);
    const names = await readdir(records);
    expect(names).not.toContain('old-0123abcd.json');
    expect(names).toContain('mine.json');
  });
});

describe('a folder without any work', () => {
  test('has a report that says what is missing', async () => {
    const root = join(folder, 'empty');
    await mkdir(root);
    const empty = await openDataset({ folder: root, home: join(folder, 'home'), tell: () => undefined });
    try {
      await empty.indexed();
      const made = await makeReport(empty, {
        language: 'fr',
        format: 'pdf',
        template: { name: 'lab', source: builtInTemplate('lab', 'fr'), file: 'lab' },
        environment: null,
        software: { name: 'calque', version: '7.8.9' },
        now: new Date(0),
        baseName: 'vide',
        earlier: null,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      expect(made.document.blocks.filter(({ kind }) => kind === 'missing').length).toBeGreaterThan(9);
      expect(made.content.length).toBeGreaterThan(5000);
    } finally {
      await empty.close();
    }
  });
});
