import type { InputSpec } from '../../../manifest/manifest.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import type { ConversionPlan } from '../conversion-plan.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import type { ConversionOptions } from '../plan-conversion.ts';
import { hieraConfigOf } from './hiera-config.ts';
import { parseHieraConfig } from './parse-hiera-config.ts';
import { sam2Encoder } from './sam2-encoder.ts';
import { isMemoryTensor, sam2Layout } from './sam2-layout.ts';

/** Undefined where the checkpoint is of another kind. */
export function planSam2(
  weights: CheckpointWeights,
  path: string,
  { precision, config: described }: ConversionOptions,
): ConversionPlan | undefined {
  if (weights.count('image_encoder.trunk.blocks.') === 0) return undefined;
  const config = described === undefined ? hieraConfigOf(weights, path) : parseHieraConfig(described);
  const layout = sam2Layout(weights, config);
  const encoder = sam2Encoder(weights, config, layout, precision);
  const decoder = maskDecoder(weights, layout, precision);
  weights.assertComplete(`SAM 2 ${config.variant}`, isMemoryTensor);
  // Image encoders of both are the same; the memory of 2.1 has this tensor.
  const version = weights.has('no_obj_embed_spatial') ? '2.1' : '2';
  return {
    id: `sam${version}-${config.variant}`,
    family: 'sam2',
    variant: config.variant,
    description: `SAM ${version} ${config.variant}`,
    input: sam2Input(config.imageSize),
    encoder,
    decoder,
  };
}

/** Source: `sam2/utils/transforms.py`. */
export function sam2Input(side: number): InputSpec {
  return {
    size: { width: side, height: side },
    fit: 'squash',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    channelOrder: 'rgb',
    logits: { width: side / 4, height: side / 4 },
  };
}
