import type { Precision } from '../../onnx/graph/graph.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import type { ConversionPlan } from '../conversion-plan.ts';
import { maskDecoder } from '../decoder/mask-decoder.ts';
import { sam1Input } from '../sam1/plan-sam1.ts';
import { sam1Encoder, sam1Layout } from '../sam1/sam1-encoder.ts';
import { tinyVitEncoder, unusedByTinyVit } from './tiny-vit-encoder.ts';
import { tinyVitShape } from './tiny-vit-shape.ts';

/** Convolutions leave no trace of it in the tensors; every published MobileSAM takes images of this size. */
const IMAGE_SIZE = 1024;
const STRIDE = 16;

/** Undefined where the checkpoint is of another kind. */
export function planTinyVit(
  weights: CheckpointWeights,
  { precision }: { readonly precision: Precision },
): ConversionPlan | undefined {
  const shape = tinyVitShape(weights);
  if (shape === undefined) return undefined;
  const layout = sam1Layout(weights, { imageSize: IMAGE_SIZE, grid: IMAGE_SIZE / STRIDE });
  const encoder = sam1Encoder((image) => tinyVitEncoder(image, weights, shape), weights, layout, precision);
  const decoder = maskDecoder(weights, layout, precision);
  weights.assertComplete('MobileSAM', unusedByTinyVit);
  return {
    id: 'mobile-sam',
    family: 'sam1',
    variant: 'mobile-sam',
    description: 'MobileSAM',
    input: sam1Input(IMAGE_SIZE),
    encoder,
    decoder,
  };
}
