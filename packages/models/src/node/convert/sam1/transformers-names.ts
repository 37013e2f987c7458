import type { Checkpoint, CheckpointTensor } from '../../checkpoint/checkpoint.ts';

/**
 * What the transformers library calls parts of SAM 1, and what the authors call them; applied in this order. Source:
 * `convert_sam_to_hf.py` of transformers.
 */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/^vision_encoder\.layers\./, 'image_encoder.blocks.'],
  [/^vision_encoder\./, 'image_encoder.'],
  [/patch_embed\.projection\./, 'patch_embed.proj.'],
  [/neck\.conv1\./, 'neck.0.'],
  [/neck\.layer_norm1\./, 'neck.1.'],
  [/neck\.conv2\./, 'neck.2.'],
  [/neck\.layer_norm2\./, 'neck.3.'],
  [/shared_embedding\.positional_embedding$/, 'pe_layer.positional_encoding_gaussian_matrix'],
  [/mask_embed\.conv1\./, 'mask_downscaling.0.'],
  [/mask_embed\.layer_norm1\./, 'mask_downscaling.1.'],
  [/mask_embed\.conv2\./, 'mask_downscaling.3.'],
  [/mask_embed\.layer_norm2\./, 'mask_downscaling.4.'],
  [/mask_embed\.conv3\./, 'mask_downscaling.6.'],
  [/\.point_embed\./, '.point_embeddings.'],
  [/upscale_conv1\./, 'output_upscaling.0.'],
  [/upscale_layer_norm\./, 'output_upscaling.1.'],
  [/upscale_conv2\./, 'output_upscaling.3.'],
  [/(iou_prediction_head|output_hypernetworks_mlps\.\d+)\.proj_out\./, '$1.layers.2.'],
  [/(iou_prediction_head|output_hypernetworks_mlps\.\d+)\.layers\.0\./, '$1.layers.1.'],
  [/(iou_prediction_head|output_hypernetworks_mlps\.\d+)\.proj_in\./, '$1.layers.0.'],
  [/\.layer_norm/, '.norm'],
];

/** The frequencies of positions stand in these files twice, or once under either name. */
const sharedFrequencies = 'shared_image_embedding.positional_embedding';
const ownFrequencies = 'prompt_encoder.shared_embedding.positional_embedding';

/** A checkpoint of SAM 1 with the names of transformers as one with the authors' names; any other as it is. */
export function withAuthorsNames(checkpoint: Checkpoint): Checkpoint {
  if (!checkpoint.tensors.has('vision_encoder.patch_embed.projection.weight')) return checkpoint;
  if (!checkpoint.tensors.has('vision_encoder.pos_embed')) return checkpoint;
  const nameInFile = new Map<string, string>();
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, tensor] of checkpoint.tensors) {
    if (name === sharedFrequencies && checkpoint.tensors.has(ownFrequencies)) continue;
    const authors = authorsName(name === sharedFrequencies ? ownFrequencies : name);
    nameInFile.set(authors, name);
    tensors.set(authors, tensor);
  }
  return {
    path: checkpoint.path,
    format: checkpoint.format,
    tensors,
    read: (name, options) => checkpoint.read(nameInFile.get(name) ?? name, options),
    close: () => checkpoint.close(),
  };
}

function authorsName(name: string): string {
  return replacements.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name);
}
