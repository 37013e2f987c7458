import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Client, createClient, maskIdOf, type WirePrediction } from '@calque/api';
import {
  type Annotation,
  type Bitmap,
  type BoxXyxy,
  countsFromString,
  decodeRle,
  type Entry,
  measureMask,
  type PredictionRecord,
  type PromptPoint,
} from '@calque/core';
import { createNodeEngine } from '@calque/engine/node';
import { createModelStore } from '@calque/models/node';
import { startServer } from '@calque/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';

const run = promisify(execFile);
const calque = join(repositoryRoot, 'packages/cli/bin/calque.js');

interface Work {
  readonly image: string;
  readonly name: string;
  readonly box: BoxXyxy;
  readonly points?: readonly PromptPoint[];
  readonly reject?: 'too-much' | 'incomplete';
}

const box = (x1: number, y1: number, x2: number, y2: number): BoxXyxy => ({ x1, y1, x2, y2 });

/** What a student does in a laboratory: boxes, points where they are needed, a verdict on each. */
const works: readonly Work[] = [
  { image: 'breakfast.jpg', name: 'mug', box: box(149, 149, 388, 370) },
  {
    image: 'breakfast.jpg',
    name: 'plate',
    box: box(398, 301, 732, 475),
    points: [
      { x: 686.5, y: 388.5, label: 'foreground' },
      { x: 555.5, y: 361.5, label: 'background' },
    ],
  },
  { image: 'desk.jpg', name: 'vase', box: box(90, 167, 273, 470) },
  { image: 'desk.jpg', name: 'pear and books', box: box(10, 180, 630, 640), reject: 'too-much' },
];

let folder: string;
let photos: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-study-'));
  photos = join(folder, 'photos');
  await mkdir(photos);
  for (const name of ['breakfast.jpg', 'desk.jpg', 'blocks.jpg']) {
    await copyFile(join(repositoryRoot, 'samples', name), join(photos, name));
  }
  await study();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The work on the images, through the interface that the page uses, with the real model. */
async function study(): Promise<void> {
  const model = await createModelStore().ensure('sam2-hiera-tiny');
  const childEntry = new URL(`file://${repositoryRoot}packages/cli/dist/inference-child.js`);
  const server = await startServer({
    folders: [{ folder: photos }],
    home: join(folder, 'home'),
    host: '127.0.0.1',
    port: 0,
    withToken: false,
    model: 'sam2-hiera-tiny',
    store: createModelStore(),
    createEngine: async () => createNodeEngine({ model, childEntry, cacheFolder: null, providers: ['cpu'] }),
    pageFolder: null,
    version: '0.0.0',
  });
  try {
    await server.modelReady;
    const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}` });
    for (const [i, work] of works.entries()) await doWork(client, work, i);
  } finally {
    await server.close();
  }
}

async function doWork(client: Client, work: Work, i: number): Promise<void> {
  const [dataset] = await client.call('listDatasets', {});
  const datasetId = dataset?.id ?? '';
  const { images } = await client.call('listImages', {
    params: { datasetId },
    query: { search: work.image },
  });
  const params = { datasetId, imageId: images[0]?.id ?? '' };
  const append = async (...entries: Entry[]): Promise<void> => {
    const { seq } = await client.call('readDocument', { params });
    await client.call('appendEntries', {
      params,
      body: { baseSeq: seq, entries: structuredClone(entries) as never },
    });
  };
  const ask = (points: readonly PromptPoint[]): Promise<WirePrediction> =>
    client.call('predict', {
      params,
      body: {
        model: 'sam2-hiera-tiny',
        prompt: { box: work.box, points: [...points], maskId: null },
        logits: 'none',
      },
    });
  const first = annotationOf(work, i, []);
  let last = first;
  await append(step(`${i}-box`, 'create', null, first));
  let answer = await ask([]);
  if (work.points !== undefined) {
    last = annotationOf(work, i, work.points);
    await append(step(`${i}-points`, 'add-point', first, last));
    answer = await ask(work.points);
  }
  const rle = answer.candidates[answer.best]?.rle;
  if (rle === undefined) throw new Error('no mask');
  const maskId = maskIdOf(rle);
  await client.call('writeMask', { params: { ...params, maskId }, body: rle });
  const review =
    work.reject === undefined
      ? ({ status: 'accepted', maskId } as const)
      : ({ status: 'rejected', reason: work.reject, note: 'several things' } as const);
  const done = { ...last, revision: `${last.revision}-done`, review };
  await append(step(`${i}-verdict`, work.reject === undefined ? 'accept' : 'reject', last, done));
  if (i > 0) return;
  const { prompt } = answer;
  const asked = {
    annotationId: last.id,
    prompt,
    model: 'sam2-hiera-tiny',
    choice: 'best',
    postprocess: {},
  } as const;
  await client.call('measureSensitivity', {
    params,
    body: { ...asked, mask: rle, family: { count: 8, range: 0.2 } },
  });
}

function annotationOf(
  { name, box: around }: Work,
  order: number,
  points: readonly PromptPoint[],
): Annotation {
  return {
    id: `object-${order}`,
    revision: `r-${order}-${points.length}`,
    name,
    labelId: null,
    color: order,
    order,
    visible: true,
    locked: false,
    prompt: {
      box: around,
      points: points.map((point, p) => ({ ...point, id: `p${p}`, enabled: true })),
      maskId: null,
    },
    model: 'sam2-hiera-tiny',
    choice: 'best',
    postprocess: {},
    editedMask: null,
    review: { status: 'unreviewed' },
  };
}

type Gesture = Extract<Entry, { kind: 'step' }>['gesture'];

function step(id: string, gesture: Gesture, before: Annotation | null, after: Annotation): Entry {
  return {
    kind: 'step',
    id,
    at: new Date().toISOString(),
    author: 'student',
    gesture,
    changes: [{ before, after }],
  };
}

async function makeReport(language: 'en' | 'fr', format: 'html' | 'pdf' | 'md'): Promise<string> {
  const out = join(folder, language, `report.${format}`);
  const argv = ['report', photos, '--lang', language, '--out', out, '--quiet', '--no-doctor'];
  await run(process.execPath, [calque, ...argv], {
    env: { ...process.env, CALQUE_HOME: join(folder, 'home') },
  });
  return out;
}

/** Cells of the table with this caption in a Markdown report. */
function tableIn(markdown: string, caption: string): string[][] {
  const [, after = ''] = markdown.split(`${caption}\n\n`);
  const lines = after.split('\n\n', 1)[0]?.split('\n') ?? [];
  return lines.slice(2).map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')));
}

/** A number with decimals alone, as either language writes it. */
const decimal = (text: string | undefined): number => Number((text ?? '').replace(',', '.'));

async function recordsOf(out: string): Promise<PredictionRecord[]> {
  const records = join(out, '..', 'report.records');
  const texts = await Promise.all(
    (await readdir(records)).map((name) => readFile(join(records, name), 'utf8')),
  );
  return texts.map((text) => JSON.parse(text) as PredictionRecord);
}

function bitmapOf({ mask }: PredictionRecord): Bitmap {
  const [height, width] = mask.rle.size;
  return decodeRle(countsFromString(mask.rle.counts, { width, height }));
}

describe.each(['en', 'fr'] as const)('a study of the samples, written up (%s)', (language) => {
  const words = {
    en: {
      measures: 'Measures of the masks',
      answers: 'Prompts and answers',
      difference: 'Difference',
      too: 'takes in too much',
    },
    fr: {
      measures: 'Mesures des masques',
      answers: 'Invites et réponses',
      difference: 'Différence',
      too: 'déborde de l’objet',
    },
  }[language];

  test('has the numbers of its records: area and perimeter measured again on the recorded masks, score, box', async () => {
    const out = await makeReport(language, 'md');
    const markdown = await readFile(out, 'utf8');
    const records = await recordsOf(out);
    const rows = tableIn(markdown, words.measures);
    const answers = tableIn(markdown, words.answers);
    expect([rows.length, answers.length]).toEqual([works.length, works.length]);
    for (const [i, work] of works.entries()) {
      const record = records.find(
        ({ id, prompt }) => id === `object-${i}` && prompt.points.length === (work.points?.length ?? 0),
      );
      if (record === undefined) throw new Error(`no record of ${work.name}`);
      const mask = bitmapOf(record);
      const areaPx = mask.data.reduce((sum, value) => sum + value, 0);
      const row = rows.find(([, name]) => name === work.name);
      expect(decimal(row?.[2])).toBeCloseTo(record.candidates[record.chosen]?.score ?? -1, 3);
      expect(Number(row?.[4]?.replaceAll(/\D/g, ''))).toBe(areaPx);
      expect(Number(row?.[5]?.replaceAll(/\D/g, '')) / 10).toBeCloseTo(measureMask(mask).perimeterPx, 1);
      const answer = answers.find(([, name]) => name === work.name);
      expect(answer?.[2]?.split(language === 'fr' ? ' ; ' : ', ').map(Number)).toEqual(
        Object.values(work.box),
      );
    }
    expect(markdown).toContain(words.difference);
    expect(markdown).toContain(words.too);
    expect(
      (await readdir(join(out, '..', 'report.pictures'))).filter((name) => name.endsWith('.svg')),
    ).toHaveLength(5);
  });

  test('is one HTML file with all pictures, and a PDF with its records', async () => {
    const html = await readFile(await makeReport(language, 'html'), 'utf8');
    expect(html.match(/<img src="data:image\/jpeg/g)?.length).toBeGreaterThan(8);
    expect(html).not.toMatch(/src="(?!data:)/);
    const pdf = (await readFile(await makeReport(language, 'pdf'))).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf).toContain(`/Lang (${language})`);
    expect(pdf).toContain('records.jsonl');
  });
});

test('a figure is computed again from its record', async () => {
  const out = await makeReport('en', 'md');
  const [command = ''] =
    /calque replay \S+plate\S*\.json|calque replay \S+breakfast\S*\.json/.exec(await readFile(out, 'utf8')) ??
    [];
  const argv = command.replaceAll('\\', '').split(' ').slice(1);
  const { stdout } = await run(process.execPath, [calque, ...argv], { cwd: join(out, '..') });
  expect(stdout).toContain('1.0000');
});
