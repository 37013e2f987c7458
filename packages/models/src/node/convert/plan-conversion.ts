import { checkpointConfigInvalid, checkpointUnsupported } from '../../errors.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Precision } from '../onnx/graph/graph.ts';
import { CheckpointWeights } from './checkpoint-weights.ts';
import type { ConversionPlan } from './conversion-plan.ts';
import { planSam1 } from './sam1/plan-sam1.ts';
import { withAuthorsNames } from './sam1/transformers-names.ts';
import { planSam2 } from './sam2/plan-sam2.ts';
import { planTinyVit } from './tiny-vit/plan-tiny-vit.ts';

export interface ConversionOptions {
  readonly precision: Precision;
  /** What the shapes of the tensors do not say, as it stands in the file of `--config`. */
  readonly config?: unknown;
}

/**
 * Recognises the architecture of a checkpoint by the names and shapes of its tensors and builds its graphs.
 *
 * @throws CalqueError `checkpoint-unsupported` where it is none that is known, `checkpoint-mismatch` where tensors are
 * missing, misshapen or left over
 */
export function planConversion(checkpoint: Checkpoint, options: ConversionOptions): ConversionPlan {
  const weights = new CheckpointWeights(withAuthorsNames(checkpoint));
  const plan = planOf(weights, checkpoint, options);
  if (plan !== undefined && plan.family !== 'sam2') refuseDescription(options.config);
  if (plan !== undefined) return plan;
  if (weights.has('vision_encoder.backbone.patch_embed.projection.weight')) {
    throw checkpointUnsupported(
      checkpoint.path,
      'a SAM 2 with the names that transformers gives its tensors',
      "Use the .pt file with the authors' names, which is published beside it",
    );
  }
  throw checkpointUnsupported(
    checkpoint.path,
    `its tensors are those of no SAM 1, MobileSAM or SAM 2 (${sample(checkpoint)})`,
    'Use the file that Meta or the authors of MobileSAM publish, with the names of tensors as they are there',
  );
}

/** A description that nobody reads is a mistake that somebody makes. */
export function refuseDescription(config: unknown): void {
  if (config === undefined) return;
  throw checkpointConfigInvalid('it', config, 'none here: only encoders of SAM 2 need a description');
}

function planOf(
  weights: CheckpointWeights,
  { path }: Checkpoint,
  options: ConversionOptions,
): ConversionPlan | undefined {
  try {
    return planSam1(weights, options) ?? planTinyVit(weights, options) ?? planSam2(weights, path, options);
  } catch (error) {
    // Layers refuse shapes that they cannot be made of.
    if (error instanceof RangeError) throw weights.mismatchSoFar('a known architecture', error);
    throw error;
  }
}

function sample({ tensors }: Checkpoint): string {
  const shown = [...tensors]
    .slice(0, 4)
    .map(([name, { shape }]) => `${name.slice(0, 80)} [${shape.join(', ')}]`);
  return `${tensors.size} tensors, the first ones ${shown.join('; ')}`;
}
