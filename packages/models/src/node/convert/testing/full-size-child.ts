import * as ort from 'onnxruntime-node';
import { adapterFor, type ModelPrompt } from '../../../adapter/family-adapter.ts';
import type { NamedTensors } from '../../../adapter/tensor.ts';
import { fitImage, toModelPoint } from '../../../preprocess/fit.ts';
import { createModelStore, type ResolvedModel } from '../../store/model-store.ts';
import { fullSizeTensors, isFullSizeVariant } from './full-size-variants.ts';
import { writeSeededCheckpoint } from './seeded-checkpoint.ts';

/**
 * A process of its own for each step with a model of full size, so that what it needs at most is known. Prints JSON.
 * Arguments: `write VARIANT PATH`, `import PATH HOME ID` or `run HOME ID RUNS`.
 */
const [step = '', ...rest] = process.argv.slice(2);
const startedMs = performance.now();
const steps: Readonly<Record<string, (args: readonly string[]) => Promise<object>>> = {
  write,
  import: importFile,
  run,
};
const facts = await steps[step]?.(rest);
const report = {
  seconds: (performance.now() - startedMs) / 1000,
  // Of the system in kilobytes.
  peakBytes: process.resourceUsage().maxRSS * 1024,
  ...facts,
};
process.stdout.write(`${JSON.stringify(report)}\n`);

async function write([variant = '', path = '']: readonly string[]): Promise<object> {
  if (!isFullSizeVariant(variant)) throw new RangeError(`no variant ${variant}`);
  await writeSeededCheckpoint(
    path,
    fullSizeTensors(variant),
    variant.startsWith('hiera') ? { under: 'model' } : {},
  );
  return {};
}

async function importFile([path = '', home = '', id = '']: readonly string[]): Promise<object> {
  const { encoder, decoder } = await createModelStore({ home, env: {} }).import({ paths: [path] }, { id });
  return { encoderBytes: encoder.sizeBytes, decoderBytes: decoder.sizeBytes };
}

async function run([home = '', id = '', runs = '2']: readonly string[]): Promise<object> {
  const model = await createModelStore({ home, env: {} }).resolve(id);
  const loadStarted = performance.now();
  // As the engine does with little memory.
  const encoder = await ort.InferenceSession.create(model.encoder.path, {
    enableCpuMemArena: false,
    enableMemPattern: false,
    extra: { session: { disable_prepacking: '1' } },
  });
  const loadSeconds = (performance.now() - loadStarted) / 1000;
  const encodes = await repeated(encoder, adapterOf(model).encoderFeeds(imageTensor(model)), Number(runs));
  await encoder.release();
  const decoder = await ort.InferenceSession.create(model.decoder.path);
  const decodes = await repeated(decoder, decoderFeeds(model, encodes.outputs), Number(runs));
  await decoder.release();
  const candidates = adapterOf(model).candidatesFrom(decodes.outputs);
  return {
    loadSeconds,
    encodeSeconds: encodes.seconds,
    decodeSeconds: decodes.seconds,
    isStable: encodes.isStable && decodes.isStable,
    embedding: statistics(Object.values(encodes.outputs).map(({ data }) => data)),
    logits: statistics(candidates.map(({ logits }) => logits)),
    scores: candidates.map(({ score }) => score),
  };
}

function adapterOf({ manifest }: ResolvedModel): ReturnType<typeof adapterFor> {
  return adapterFor(manifest);
}

function imageTensor({ manifest }: ResolvedModel): { dims: number[]; data: Float32Array } {
  const { width, height } = manifest.input.size;
  const data = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    return Math.sin(0.021 * x) + Math.cos(0.017 * y) + 0.3 * Math.sin(0.0007 * x * y);
  });
  return { dims: [1, 3, height, width], data };
}

function decoderFeeds(model: ResolvedModel, outputs: NamedTensors): NamedTensors {
  const { size, logits } = model.manifest.input;
  const image = { width: size.width, height: size.height };
  const fit = fitImage(image, model.manifest.input);
  const prompt: ModelPrompt = {
    box: [toModelPoint({ x: 211, y: 187 }, fit), toModelPoint({ x: 803, y: 641 }, fit)],
    points: [{ ...toModelPoint({ x: 500, y: 400 }, fit), label: 'foreground' }],
    maskLogits: null,
  };
  const adapter = adapterOf(model);
  return adapter.decoderFeeds(adapter.embeddingFrom(outputs), prompt, logits);
}

async function repeated(session: ort.InferenceSession, feeds: NamedTensors, runs: number) {
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)]),
  );
  let outputs: NamedTensors = {};
  let isStable = true;
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const startedAt = performance.now();
    const found = await session.run(inputs);
    seconds.push((performance.now() - startedAt) / 1000);
    const tensors = Object.fromEntries(
      Object.entries(found).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
    );
    if (i > 0) isStable &&= sameValues(outputs, tensors);
    outputs = tensors;
  }
  return { outputs, isStable, seconds };
}

/** Bit for bit: the runtime divides work among threads always in the same way. */
function sameValues(before: NamedTensors, after: NamedTensors): boolean {
  return Object.entries(before).every(([name, { data }]) => {
    const other = after[name]?.data;
    return other !== undefined && Buffer.from(data.buffer).equals(Buffer.from(other.buffer));
  });
}

function statistics(arrays: readonly Float32Array[]) {
  let [sum, squares, count] = [0, 0, 0];
  for (const values of arrays) {
    for (const value of values) {
      sum += value;
      squares += value * value;
    }
    count += values.length;
  }
  const mean = sum / count;
  // One value that is not finite makes the sum of squares so.
  return { mean, deviation: Math.sqrt(squares / count - mean * mean), isFinite: Number.isFinite(squares) };
}
