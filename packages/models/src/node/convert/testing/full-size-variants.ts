import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { CheckpointWeights } from '../checkpoint-weights.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import { sam1Encoder, sam1Layout } from '../sam1/sam1-encoder.ts';
import { vitEncoder } from '../sam1/vit-encoder.ts';
import { sam2Encoder } from '../sam2/sam2-encoder.ts';
import { sam2Layout } from '../sam2/sam2-layout.ts';

/** Width, blocks, heads and global blocks. Source: `segment_anything/build_sam.py`. */
const vits = {
  'vit-b': [768, 12, 12, [2, 5, 8, 11]],
  'vit-l': [1024, 24, 16, [5, 11, 17, 23]],
  'vit-h': [1280, 32, 16, [7, 15, 23, 31]],
} as const;

/** Source: `sam2/configs/sam2.1/sam2.1_hiera_l.yaml`. */
const hieraLarge = {
  variant: 'hiera-large',
  imageSize: 1024,
  embedDim: 144,
  heads: 2,
  stages: [2, 6, 36, 4],
  globalBlocks: [23, 33, 43],
  windows: [8, 4, 16, 8],
} as const;

export type FullSizeVariant = keyof typeof vits | 'hiera-large';

export function isFullSizeVariant(name: string): name is FullSizeVariant {
  return name === 'hiera-large' || name in vits;
}

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Names and shapes of the tensors of a published checkpoint: those that its layers take, and one that no image needs. */
export function fullSizeTensors(variant: FullSizeVariant): Shapes {
  const weights = new CheckpointWeights(nothing);
  if (variant !== 'hiera-large') return vitTensors(weights, variant);
  const layout = sam2Layout(weights, hieraLarge);
  sam2Encoder(weights, hieraLarge, layout, 'fp32');
  maskDecoder(weights, layout, 'fp32');
  return new Map([...weights.taken, ['no_obj_embed_spatial', { shape: [1, 64] }]]);
}

function vitTensors(weights: CheckpointWeights, variant: keyof typeof vits): Shapes {
  const [width, blocks, heads, global] = vits[variant];
  const grid = 64;
  const windows = Array.from({ length: blocks }, (_, block) =>
    global.some((each) => each === block) ? grid : 14,
  );
  const shape = { width, blocks, heads, patch: 16, grid, windows, hidden: 4 * width, channels: 256 };
  const layout = sam1Layout(weights, { imageSize: 16 * grid, grid });
  sam1Encoder((image) => vitEncoder(image, weights, shape), weights, layout, 'fp32');
  maskDecoder(weights, layout, 'fp32');
  return weights.taken;
}

const nothing: Checkpoint = {
  path: 'nothing',
  format: 'pytorch',
  tensors: new Map(),
  read: async (name) => {
    throw new RangeError(`there is no ${name}`);
  },
  close: async () => undefined,
};
