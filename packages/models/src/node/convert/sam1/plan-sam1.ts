import type { InputSpec } from '../../../manifest/manifest.ts';
import type { Precision } from '../../onnx/graph/graph.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import type { ConversionPlan } from '../conversion-plan.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import { sam1Encoder, sam1Layout } from './sam1-encoder.ts';
import { vitEncoder } from './vit-encoder.ts';
import { type VitShape, vitShape } from './vit-shape.ts';

/** Undefined where the checkpoint is of another kind. */
export function planSam1(
  weights: CheckpointWeights,
  { precision }: { readonly precision: Precision },
): ConversionPlan | undefined {
  const shape = vitShape(weights);
  if (shape === undefined) return undefined;
  const layout = sam1Layout(weights, { imageSize: shape.grid * shape.patch, grid: shape.grid });
  const encoder = sam1Encoder((image) => vitEncoder(image, weights, shape), weights, layout, precision);
  const decoder = maskDecoder(weights, layout, precision);
  const variant = variantOf(shape);
  weights.assertComplete(`SAM 1 ${variant}`);
  return {
    id: `sam-${variant}`,
    family: 'sam1',
    variant,
    description: `SAM 1 ${variant}`,
    input: sam1Input(layout.imageSize),
    encoder,
    decoder,
  };
}

/** Published: `vit-b`, `vit-l`, `vit-h`. */
function variantOf({ width, blocks }: VitShape): string {
  const published: Readonly<Record<string, string>> = {
    '768x12': 'vit-b',
    '1024x24': 'vit-l',
    '1280x32': 'vit-h',
  };
  return published[`${width}x${blocks}`] ?? `vit-${width}x${blocks}`;
}

/** Source: `segment_anything/build_sam.py` and `utils/transforms.py`. */
export function sam1Input(side: number): InputSpec {
  return {
    size: { width: side, height: side },
    fit: 'pad',
    scale: 1,
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    channelOrder: 'rgb',
    logits: { width: side / 4, height: side / 4 },
  };
}
