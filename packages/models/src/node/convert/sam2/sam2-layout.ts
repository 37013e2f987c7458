import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { type DecoderLayout, decoderWidth } from '../decoder/layout.ts';
import type { HieraConfig } from './hiera-config.ts';

/** The decoder sees the third of the four stages, at a sixteenth of the input's resolution. */
const STRIDE = 16;

export function sam2Layout(weights: CheckpointWeights, { imageSize }: HieraConfig): DecoderLayout {
  const names = { promptEncoder: 'sam_prompt_encoder', maskDecoder: 'sam_mask_decoder' };
  return {
    ...names,
    width: decoderWidth(weights, names),
    heads: 8,
    imageSize,
    order: { base: imageSize / STRIDE / 2, levels: 1 },
    isSam2: true,
  };
}

const memoryParts = [
  'memory_attention.',
  'memory_encoder.',
  'mask_downsample.',
  'obj_ptr_proj.',
  'obj_ptr_tpos_proj.',
  'maskmem_tpos_enc',
  'no_mem_pos_enc',
  'no_obj_ptr',
  'no_obj_embed_spatial',
];

/** Tensors of the memory, with which SAM 2 follows objects through videos; images do not use them. */
export function isMemoryTensor(name: string): boolean {
  return memoryParts.some((part) => name.startsWith(part));
}
