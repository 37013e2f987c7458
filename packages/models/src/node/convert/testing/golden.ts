import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '../../../adapter/tensor.ts';

/** What a reference implementation answered for a checkpoint of random weights (`fixtures/README.md`). */
export interface Golden {
  readonly checkpointPath: string;
  readonly imageSize: number;
  readonly prompts: readonly GoldenPrompt[];
  readonly configuration: Readonly<Record<string, unknown>>;
  tensor(name: string): Promise<Tensor>;
}

/** What `--config` says about `sam2-micro`, whose size none of the published ones has. */
export const SAM2_MICRO = {
  imageSize: 256,
  embedDim: 16,
  heads: 1,
  stages: [1, 2, 3, 1],
  globalBlocks: [4],
  windows: [8, 4, 14, 7],
} as const;

export interface GoldenPrompt {
  readonly name: string;
  readonly coords: readonly (readonly [number, number])[];
  readonly labels: readonly number[];
  /** The prompt whose second mask is fed back. */
  readonly maskFrom: string | null;
}

interface GoldenManifest {
  readonly config: Readonly<Record<string, unknown>> & { readonly img_size: number };
  readonly checkpoint: string;
  readonly prompts: readonly (Omit<GoldenPrompt, 'maskFrom'> & { readonly mask_from?: string })[];
  readonly tensors: Readonly<Record<string, { readonly file: string; readonly shape: readonly number[] }>>;
}

export async function readGolden(name: 'sam1-micro' | 'sam2-micro' | 'mobilesam-micro'): Promise<Golden> {
  const folder = new URL(`../../../../../../fixtures/golden/${name}/`, import.meta.url);
  const manifest = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8')) as GoldenManifest;
  return {
    checkpointPath: fileURLToPath(new URL(manifest.checkpoint, folder)),
    imageSize: manifest.config.img_size,
    configuration: manifest.config,
    prompts: manifest.prompts.map(({ mask_from, ...prompt }) => ({ ...prompt, maskFrom: mask_from ?? null })),
    tensor: async (tensor) => {
      const entry = manifest.tensors[tensor];
      if (entry === undefined) throw new RangeError(`${name} has no tensor ${tensor}`);
      const bytes = await readFile(new URL(entry.file, folder));
      return {
        dims: entry.shape,
        data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4).slice(),
      };
    },
  };
}

/** The largest absolute difference of two tensors of the same shape. */
export function largestDifference(found: Tensor | undefined, expected: Tensor): number {
  if (found === undefined || found.dims.join() !== expected.dims.join())
    throw new RangeError(`[${found?.dims}] where [${expected.dims}] was expected`);
  let largest = 0;
  for (const [i, value] of expected.data.entries()) {
    const difference = Math.abs(value - (found.data[i] ?? Number.NaN));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
