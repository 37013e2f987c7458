import { createHash } from 'node:crypto';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isCalqueError } from '@calque/core';
import { notOnnx, onnxPairUnknown } from '../../errors.ts';
import type { ModelFile, ModelManifest } from '../../manifest/manifest.ts';
import {
  identityOf,
  licenceOf,
  type PreparedImport,
  type PrepareOptions,
  type WriteModelOptions,
} from '../convert/import-model.ts';
import { sam1Input } from '../convert/sam1/plan-sam1.ts';
import { sam2Input } from '../convert/sam2/plan-sam2.ts';
import { type FileIdentity, fileSize } from '../store/file-identity.ts';
import { exposeSam1Candidates } from './expose-sam1-candidates.ts';
import { pruneInto, renameValueInto } from './graph-index.ts';
import { type OnnxModel, readOnnx, writeOnnx } from './onnx-file.ts';
import { graphInputs, graphOutputs } from './onnx-interface.ts';
import { type OnnxInterface, type RecognisedPair, recogniseOnnxPair } from './recognise-onnx-pair.ts';
import { takeNormalisedImage } from './take-normalised-image.ts';

interface OpenedOnnx extends OnnxInterface {
  readonly path: string;
  /** Names of files with weights, beside the file. */
  readonly external: readonly string[];
}

/** Finds out what two ONNX files are. Of the weights that lie beside them nothing is read. */
export async function prepareOnnxPair(
  paths: readonly [string, string],
  { signal, onHashing }: PrepareOptions = {},
): Promise<PreparedImport> {
  const [first, second] = [await openOnnx(paths[0]), await openOnnx(paths[1])];
  const pair = recogniseOnnxPair(first, second);
  const byFile = (file: OnnxInterface): OpenedOnnx => (file === first ? first : second);
  const [encoder, decoder] = [byFile(pair.encoder), byFile(pair.decoder)];
  const files: FileIdentity[] = [];
  for (const { file, path } of [encoder, decoder]) {
    onHashing?.(file);
    files.push(await identityOf(path, signal));
  }
  const [encoderIdentity] = files;
  if (encoderIdentity === undefined) throw new Error('no encoder');
  return {
    exactlySha256: null,
    id: `${pair.family}-onnx`,
    neededBytes: (await sizeWithWeights(encoder)) + (await sizeWithWeights(decoder)),
    close: async () => undefined,
    async write(folder, id, options) {
      return {
        id,
        family: pair.family,
        interface: pair.interface,
        variant: pair.exporter,
        description: `ONNX pair, ${pair.exporter} (imported)`,
        licence: licenceOf(encoderIdentity),
        encoder: await copyEncoder(encoder, folder, pair, options),
        decoder: await writeDecoder(decoder, folder, pair, options),
        input: inputOf(pair),
        sources: [],
        imported: { files, precision: 'as-is' },
      } satisfies ModelManifest;
    },
  };
}

function inputOf({ family, imageSize, logitsSize }: RecognisedPair): ModelManifest['input'] {
  const input = family === 'sam1' ? sam1Input(imageSize) : sam2Input(imageSize);
  return { ...input, logits: { width: logitsSize, height: logitsSize } };
}

async function openOnnx(path: string): Promise<OpenedOnnx> {
  const { graph } = await readModel(path);
  const locations = graph.initializer.flatMap(({ externalData }) =>
    externalData.filter(({ key }) => key === 'location').map(({ value }) => value ?? ''),
  );
  const external = [...new Set(locations)];
  const refused = external.find((name) => !isPlainName(name));
  if (refused !== undefined)
    throw notOnnx(path, `its weights are said to be in ${JSON.stringify(refused)}, which is no plain name`);
  return {
    file: basename(path),
    path,
    external,
    inputs: graphInputs(graph),
    outputs: graphOutputs(graph),
  };
}

/** A file beside the graph that can lie in the model's folder with the others. */
function isPlainName(name: string): boolean {
  const own = ['manifest.json', 'LICENCE.txt', 'encoder.onnx', 'decoder.onnx'];
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name) && !own.includes(name);
}

async function readModel(path: string): Promise<OnnxModel> {
  const found = await stat(path).catch(() => null);
  // Before opening: to open a pipe or a device can block for ever.
  if (found !== null && !found.isFile()) throw notOnnx(path, 'it is not a regular file');
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw notOnnx(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  return readOnnx(bytes, path);
}

async function sizeWithWeights({ path, external }: OpenedOnnx): Promise<number> {
  let sum = (await fileSize(path)) ?? 0;
  for (const name of external) sum += (await fileSize(join(dirname(path), name))) ?? 0;
  return sum;
}

/** The encoder is taken as it is, apart from its input; what its input and output are called is noted in the manifest. */
async function copyEncoder(
  encoder: OpenedOnnx,
  folder: string,
  pair: RecognisedPair,
  options: WriteModelOptions,
): Promise<ModelFile> {
  const { encoderNames, encoder: seen, decoder } = pair;
  const [data, more] = encoder.external;
  if (more !== undefined)
    throw onnxPairUnknown([seen.file, decoder.file], 'the encoder has its weights in several files');
  const weights = data === undefined ? {} : { weights: await copyInto(encoder, data, folder, data, options) };
  const model = pair.takesPixels
    ? await writeEdited(
        folder,
        'encoder.onnx',
        editEncoder(await readFile(encoder.path), encoder, pair),
        options,
      )
    : await copyInto(encoder, basename(encoder.path), folder, 'encoder.onnx', options);
  const names = Object.keys(encoderNames).length === 0 ? {} : { names: encoderNames };
  return { ...model, ...names, ...weights };
}

function editEncoder(bytes: Uint8Array, { path }: OpenedOnnx, pair: RecognisedPair): Uint8Array {
  return takeNormalisedImage(bytes, path, inputOf(pair));
}

async function writeEdited(
  folder: string,
  name: string,
  bytes: Uint8Array,
  { onBytes }: WriteModelOptions,
): Promise<FileIdentity> {
  await writeFile(join(folder, name), bytes, { flush: true });
  onBytes?.(bytes.length);
  return { name, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function copyInto(
  { path }: OpenedOnnx,
  from: string,
  folder: string,
  to: string,
  { signal, onBytes }: WriteModelOptions,
) {
  const source = join(dirname(path), from);
  await copyFile(source, join(folder, to)).catch((cause: unknown) => {
    throw (cause as NodeJS.ErrnoException).code === 'ENOENT'
      ? notOnnx(path, `its weights in ${from} are missing`, cause)
      : cause;
  });
  const identity = await identityOf(join(folder, to), signal);
  onBytes?.(identity.sizeBytes);
  return identity;
}

/** The decoder gives what the family's adapter reads, and nothing has to be fed that only serves other outputs. */
async function writeDecoder(
  decoder: OpenedOnnx,
  folder: string,
  pair: RecognisedPair,
  options: WriteModelOptions,
): Promise<ModelFile> {
  if (decoder.external.length > 0)
    throw onnxPairUnknown([decoder.file], 'the decoder has its weights in another file');
  const original = await readFile(decoder.path);
  const bytes = pair.interface === 'published' ? editDecoder(original, decoder, pair) : original;
  return writeEdited(folder, 'decoder.onnx', bytes, options);
}

function editDecoder(
  bytes: Uint8Array,
  { path, outputs }: OpenedOnnx,
  { family }: RecognisedPair,
): Uint8Array {
  if (family === 'sam1') {
    const exposed = exposedCandidates(bytes, path);
    if (exposed !== undefined) return exposed;
  }
  const model = readOnnx(bytes, path);
  // Both families name their logits so where `masks` are of the size of the image.
  const logits = outputs.some(({ name }) => name === 'low_res_masks') ? 'low_res_masks' : 'masks';
  const kept = [logits, 'iou_predictions'];
  model.graph.output = model.graph.output.filter(({ name }) => kept.includes(name));
  pruneInto(model.graph);
  if (family === 'sam2') renameValueInto(model.graph, logits, 'masks');
  return writeOnnx(model);
}

/** All candidates of a decoder that was exported to give one; undefined where it gives them already. */
function exposedCandidates(bytes: Uint8Array, path: string): Uint8Array | undefined {
  try {
    return exposeSam1Candidates(bytes, path);
  } catch (error) {
    if (isCalqueError(error, 'sam1-graph-unexpected')) return undefined;
    throw error;
  }
}
