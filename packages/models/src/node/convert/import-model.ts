import { basename, join } from 'node:path';
import { precisionNotConverted } from '../../errors.ts';
import type { ModelFile, ModelLicence, ModelManifest } from '../../manifest/manifest.ts';
import { publishedCheckpoints } from '../../manifest/published-checkpoints.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import type { Graph, Precision } from '../onnx/graph/graph.ts';
import { type WrittenFile, weightBytes, writeGraph } from '../onnx/graph/write-graph.ts';
import { type FileIdentity, fileSize, hashFile } from '../store/file-identity.ts';
import { planConversion, refuseDescription } from './plan-conversion.ts';

/** What is to become a model. */
export interface ImportInput {
  /** A checkpoint, or an encoder and a decoder as ONNX files. */
  readonly paths: readonly string[];
  /** Default `fp32`. Refused for ONNX files, which are taken as they are. */
  readonly precision?: Precision;
  /** What the shapes of a checkpoint do not say (docs/models.md). */
  readonly config?: unknown;
}

/** A model that is about to be written: everything about it is known but its files. */
export interface PreparedImport {
  /** What it is called unless it is given another name. */
  readonly id: string;
  /** SHA-256 of the checkpoint whose weights it keeps exactly; null where it is something else. */
  readonly exactlySha256: string | null;
  /** About as much as will be written. */
  readonly neededBytes: number;
  /** Writes the model's files into a folder and says what they make together. */
  write(folder: string, id: string, options: WriteModelOptions): Promise<ModelManifest>;
  close(): Promise<void>;
}

export interface PrepareOptions {
  readonly signal?: AbortSignal;
  /** Called before a file is hashed, which takes seconds for gigabytes. */
  readonly onHashing?: (name: string) => void;
}

export interface WriteModelOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Opens what is to be imported, finds out what it is and hashes it. Nothing is written.
 * Rejects with a `checkpoint-…` or an `onnx-…` error.
 */
export async function prepareImport(
  input: ImportInput,
  options: PrepareOptions = {},
): Promise<PreparedImport> {
  const [path, second] = input.paths;
  if (path === undefined) throw new RangeError('nothing to import');
  if (second === undefined) return prepareCheckpoint(path, input, options);
  refuseDescription(input.config);
  if (input.precision !== undefined && input.precision !== 'fp32')
    throw precisionNotConverted(input.precision);
  const { prepareOnnxPair } = await import('../onnx/import-onnx-pair.ts');
  return prepareOnnxPair([path, second], options);
}

async function prepareCheckpoint(
  path: string,
  { precision = 'fp32', config }: ImportInput,
  { signal, onHashing }: PrepareOptions,
): Promise<PreparedImport> {
  const checkpoint = await openCheckpoint(path);
  try {
    const plan = planConversion(checkpoint, { precision, config });
    const { id, family, variant, description, input, encoder, decoder } = plan;
    onHashing?.(basename(path));
    const source = await identityOf(path, signal);
    return {
      exactlySha256: precision === 'fp32' ? source.sha256 : null,
      id: precision === 'fp32' ? id : `${id}-${precision}`,
      neededBytes: weightBytes(encoder) + weightBytes(decoder),
      close: () => checkpoint.close(),
      async write(folder, name, options) {
        return {
          id: name,
          family,
          interface: 'calque',
          variant,
          description: `${description}${precision === 'fp32' ? '' : `, ${precision}`} (imported)`,
          licence: licenceOf(source),
          encoder: await writeModelFile(folder, 'encoder.onnx', encoder, options),
          decoder: await writeModelFile(folder, 'decoder.onnx', decoder, options),
          input,
          sources: [],
          imported: { files: [source], precision },
        };
      },
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

async function writeModelFile(
  folder: string,
  name: string,
  graph: Graph,
  options: WriteModelOptions,
): Promise<ModelFile> {
  const [model, weights] = await writeGraph(graph, join(folder, name), options);
  if (model === undefined) throw new Error('a graph was written to no file');
  return { ...named(model), ...(weights === undefined ? {} : { weights: named(weights) }) };
}

function named({ path, sizeBytes, sha256 }: WrittenFile): FileIdentity {
  return { name: basename(path), sizeBytes, sha256 };
}

export async function identityOf(path: string, signal?: AbortSignal): Promise<FileIdentity> {
  return {
    name: basename(path),
    sizeBytes: (await fileSize(path)) ?? 0,
    sha256: await hashFile(path, signal),
  };
}

/** Known for what was published; a file does not say its own. */
export function licenceOf({ name, sha256 }: FileIdentity): ModelLicence {
  const published = publishedCheckpoints.find((each) => each.sha256 === sha256);
  if (published !== undefined) return published.licence;
  return {
    spdx: 'NOASSERTION',
    origin: `Imported from ${name}, which says nothing about its authors`,
    note: 'The weights that Meta publishes for SAM 1, SAM 2 and 2.1 are under Apache-2.0.',
  };
}
