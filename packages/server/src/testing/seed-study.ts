import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskIdOf, predictionKeyOf, type WireCandidate } from '@calque/api';
import {
  type Annotation,
  type Bitmap,
  type BoxXyxy,
  boxFamily,
  countsToString,
  createBitmap,
  type Entry,
  encodeRle,
  measureMask,
  measureSensitivity,
  type PromptPoint,
  type RejectReason,
} from '@calque/core';
import sharp from 'sharp';
import type { Dataset } from '../datasets/dataset.ts';
import type { StoredPrediction } from '../storage/storage.ts';

export interface SeedOptions {
  readonly images: number;
  readonly objects: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

const MODEL = {
  id: 'seeded-model',
  files: [
    { name: 'encoder.onnx', sha256: 'a'.repeat(64) },
    { name: 'decoder.onnx', sha256: 'b'.repeat(64) },
  ],
};

const REASONS: readonly RejectReason[] = ['too-much', 'incomplete', 'rough-boundary', 'wrong-object'];

/** Draws so many images into a folder: a ground with discs in it, as JPEG. The same options draw the same pixels. */
export async function drawSeededImages(folder: string, options: SeedOptions): Promise<void> {
  for (let n = 0; n < options.images; n++) {
    const discs = discsOf(n, options).map(
      ({ x, y, radius }, i) =>
        `<circle cx="${x}" cy="${y}" r="${radius}" fill="hsl(${(n * 47 + i * 83) % 360} 70% ${40 + ((i * 13) % 30)}%)"/>`,
    );
    const { width, height } = options;
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="1" y2="1">` +
      `<stop stop-color="hsl(${(n * 31) % 360} 25% 82%)"/><stop offset="1" stop-color="hsl(${(n * 31 + 60) % 360} 30% 55%)"/>` +
      `</linearGradient></defs><rect width="${width}" height="${height}" fill="url(#g)"/>${discs.join('')}</svg>`;
    const jpeg = await sharp(Buffer.from(svg))
      .flatten({ background: '#fff' })
      .jpeg({ quality: 88 })
      .toBuffer();
    await writeFile(join(folder, imageName(n)), jpeg);
  }
}

function imageName(n: number): string {
  return `scene-${String(n + 1).padStart(3, '0')}.jpg`;
}

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Objects are dealt out to the images in turn. */
function discsOf(n: number, { images, objects, width, height, seed }: SeedOptions): Disc[] {
  const count = Math.floor(objects / images) + (n < objects % images ? 1 : 0);
  const random = mulberry(seed * 1000 + n);
  return Array.from({ length: count }, () => {
    const radius = Math.round(height * (0.06 + 0.16 * random()));
    return {
      x: Math.round(radius + random() * (width - 2 * radius)),
      y: Math.round(radius + random() * (height - 2 * radius)),
      radius,
    };
  });
}

/** Fills a dataset of {@link drawSeededImages} with prompts, answers, decisions and measurements, as a page would have. */
export async function seedStudy(dataset: Dataset, options: SeedOptions): Promise<void> {
  for (let n = 0; n < options.images; n++) {
    const [image] = await dataset.storage.imagesAt([imageName(n)]);
    if (image === undefined) throw new Error(`${imageName(n)} is not in the dataset`);
    const sha256 = createHash('sha256')
      .update(await readFile(join(dataset.root, image.path)))
      .digest('hex');
    await dataset.markAnnotated(image.id);
    const entries: Entry[] = [];
    const discs = discsOf(n, options);
    for (const [i, disc] of discs.entries()) {
      entries.push(...(await seedObject({ dataset, options, imageId: image.id, sha256, disc, n, i })));
    }
    if (entries.length > 0) await dataset.documents.append(image.id, 0, entries);
  }
}

interface Seeded {
  readonly dataset: Dataset;
  readonly options: SeedOptions;
  readonly imageId: string;
  readonly sha256: string;
  readonly disc: Disc;
  readonly n: number;
  readonly i: number;
}

async function seedObject(seeded: Seeded): Promise<Entry[]> {
  const { dataset, disc, n, i, options } = seeded;
  const turn = n * 7 + i;
  const random = mulberry(options.seed * 77_777 + turn);
  const margin = Math.round(disc.radius * (0.1 + 0.2 * random()));
  const box = boxAround(disc, margin, options);
  const spills = turn % 3 === 0;
  const loose = discMask(disc, spills ? 1.25 : 1.01, options);
  const asked = await answer(seeded, {
    box,
    points: [],
    mask: loose,
    score: spills ? 0.71 + 0.1 * random() : 0.93,
  });
  const first = annotationOf(seeded, { box, points: [] }, 'r1');
  const entries: Entry[] = [step(seeded, 'create', null, first, 0)];
  let last = first;
  let maskId = asked.maskId;
  if (spills) {
    const points: PromptPoint[] = [
      { x: disc.x + 0.5, y: disc.y + 0.5, label: 'foreground' },
      { x: Math.round(disc.x + disc.radius * 1.15) + 0.5, y: disc.y + 0.5, label: 'background' },
    ];
    const tight = discMask(disc, 1, options);
    const better = await answer(seeded, { box, points, mask: tight, score: 0.96 + 0.03 * random() });
    const second = annotationOf(seeded, { box, points }, 'r2');
    entries.push(step(seeded, 'add-point', last, second, 4));
    last = second;
    maskId = better.maskId;
  }
  entries.push(step(seeded, turn % 5 === 4 ? 'reject' : 'accept', last, reviewed(last, turn, maskId), 9));
  if (turn % 9 === 0) await seedSensitivity(seeded, box, loose);
  await dataset.storage.addMask(maskId, asked.rle, at(9, turn));
  return entries;
}

function boxAround({ x, y, radius }: Disc, margin: number, { width, height }: SeedOptions): BoxXyxy {
  return {
    x1: Math.max(0, x - radius - margin),
    y1: Math.max(0, y - radius - margin),
    x2: Math.min(width, x + radius + margin),
    y2: Math.min(height, y + radius + margin),
  };
}

function discMask({ x, y, radius }: Disc, growth: number, { width, height }: SeedOptions): Bitmap {
  const mask = createBitmap({ width, height });
  const reach = radius * growth;
  for (let row = Math.max(0, Math.floor(y - reach)); row < Math.min(height, y + reach); row++) {
    const half = Math.sqrt(Math.max(0, reach ** 2 - (row + 0.5 - y) ** 2));
    mask.data.fill(
      1,
      row * width + Math.max(0, Math.round(x - half)),
      row * width + Math.min(width, Math.round(x + half)),
    );
  }
  return mask;
}

interface Asked {
  readonly box: BoxXyxy;
  readonly points: readonly PromptPoint[];
  readonly mask: Bitmap;
  readonly score: number;
}

async function answer(
  { dataset, imageId, sha256, n, i, options }: Seeded,
  { box, points, mask, score }: Asked,
) {
  const rle = encodeRle(mask);
  const wire = { size: [rle.size.height, rle.size.width] as [number, number], counts: countsToString(rle) };
  const candidate: WireCandidate = {
    index: 1,
    score,
    stability: Math.min(1, score + 0.05),
    ...plain(measureMask(mask)),
    rle: wire,
  };
  const prompt = { box, points: [...points], maskId: null };
  const random = mulberry(options.seed * 31 + n * 101 + i * 7 + points.length);
  const encode = i === 0 && points.length === 0 ? 2000 + 900 * random() : 0;
  const decode = 60 + 40 * random();
  const prediction: StoredPrediction = {
    id: uuidOf(`${options.seed} ${n} ${i} ${points.length}`),
    key: predictionKeyOf({ imageSha256: sha256, model: MODEL, prompt }),
    imageId,
    imageSha256: sha256,
    model: MODEL,
    prompt,
    candidates: [{ ...candidate, index: 0, score: score - 0.2 }, candidate],
    best: 1,
    where: 'server',
    provider: 'cpu',
    cache: encode > 0 ? 'miss' : 'memory',
    timingsMs: {
      queue: 0,
      read: encode / 40,
      preprocess: encode / 60,
      encode,
      decode,
      postprocess: 0,
      measure: 5,
      total: decode + 5 + encode * (1 + 1 / 40 + 1 / 60),
    },
    createdAt: at(points.length, n * 7 + i),
  };
  await dataset.storage.addPrediction(prediction, `object-${n}-${i}`);
  return { maskId: maskIdOf(wire), rle: wire };
}

function plain({ areaPx, perimeterPx, box, components, holes }: ReturnType<typeof measureMask>) {
  return { areaPx, perimeterPx, box, components, holes };
}

function annotationOf(
  { n, i }: Seeded,
  { box, points }: Pick<Asked, 'box' | 'points'>,
  revision: string,
): Annotation {
  return {
    id: `object-${n}-${i}`,
    revision: `${revision}-${n}-${i}`,
    name: `Object ${i + 1}`,
    labelId: null,
    color: i,
    order: i,
    visible: true,
    locked: false,
    prompt: {
      box,
      points: points.map((point, p) => ({ ...point, id: `p${p}`, enabled: true })),
      maskId: null,
    },
    model: MODEL.id,
    choice: 'best',
    postprocess: {},
    editedMask: null,
    review: { status: 'unreviewed' },
  };
}

function reviewed(annotation: Annotation, turn: number, maskId: string): Annotation {
  const review =
    turn % 5 === 4
      ? ({
          status: 'rejected',
          reason: REASONS[turn % REASONS.length] ?? 'other',
          note: `note ${turn}`,
        } as const)
      : ({ status: 'accepted', maskId } as const);
  return { ...annotation, revision: `${annotation.revision}-done`, review };
}

function step(
  { n, i }: Seeded,
  gesture: 'create' | 'add-point' | 'accept' | 'reject',
  before: Annotation | null,
  after: Annotation,
  second: number,
): Entry {
  return {
    kind: 'step',
    id: `step-${n}-${i}-${gesture}`,
    at: at(second, n * 7 + i),
    author: 'seed',
    gesture,
    changes: [{ before, after }],
  };
}

function at(second: number, turn: number): string {
  return new Date(Date.UTC(2026, 10, 24, 9, 0, 0) + (turn * 20 + second) * 1000).toISOString();
}

async function seedSensitivity(
  { dataset, imageId, sha256, disc, n, i, options }: Seeded,
  box: BoxXyxy,
  mask: Bitmap,
) {
  const reference = encodeRle(mask);
  const answers = boxFamily(
    box,
    { width: options.width, height: options.height },
    { count: 12, range: 0.2 },
  ).map((variant) => {
    const grown = 1.01 + 0.8 * Math.abs(variant.change);
    const measured = measureMask(discMask(disc, grown, options));
    const { areaPx, perimeterPx } = measured;
    return {
      variant,
      candidate: 1,
      score: 0.95 - Math.abs(variant.change),
      areaPx,
      perimeterPx,
      rle: encodeRle(discMask(disc, grown, options)),
    };
  });
  const rle = {
    size: [reference.size.height, reference.size.width] as [number, number],
    counts: countsToString(reference),
  };
  const { sensitivity } = measureSensitivity(reference, answers);
  await dataset.storage.addSensitivity({
    id: uuidOf(`sensitivity ${n} ${i}`),
    imageId,
    imageSha256: sha256,
    annotationId: `object-${n}-${i}`,
    model: MODEL,
    prompt: { box, points: [], maskId: null },
    choice: 'best',
    postprocess: {},
    maskId: maskIdOf(rle),
    family: { count: 12, range: 0.2 },
    sensitivity,
    map: null,
    totalMs: 900,
    createdAt: at(12, n * 7 + i),
  });
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Source: mulberry32 by T. Ettinger, public domain. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
