import { checkpointUnsupported } from '../../../errors.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';

/** What a Hiera encoder is, beyond the shapes of its tensors. Names after `sam2/modeling/backbones/hieradet.py`. */
export interface HieraConfig {
  /** `tiny`, `small`, …; `custom` when it came from a file. */
  readonly variant: string;
  /** Pixels a side of the input. */
  readonly imageSize: number;
  readonly embedDim: number;
  /** Heads of the first stage; they double with each stage, as the width does. */
  readonly heads: number;
  /** Blocks of each of the four stages. */
  readonly stages: readonly number[];
  /** Numbers of the blocks that attend to the whole image. */
  readonly globalBlocks: readonly number[];
  /** Cells a side of the windows of each stage. */
  readonly windows: readonly number[];
}

const IMAGE_SIZE = 1024;
const trunk = 'image_encoder.trunk';

/** Heads, windows and global blocks leave no trace in the tensors. SAM 2 and 2.1 have the same encoders. */
const published: readonly HieraConfig[] = [
  variant('hiera-tiny', 96, 1, [1, 2, 7, 2], [5, 7, 9], [8, 4, 14, 7]),
  variant('hiera-small', 96, 1, [1, 2, 11, 2], [7, 10, 13], [8, 4, 14, 7]),
  variant('hiera-base-plus', 112, 2, [2, 3, 16, 3], [12, 16, 20], [8, 4, 14, 7]),
  variant('hiera-large', 144, 2, [2, 6, 36, 4], [23, 33, 43], [8, 4, 16, 8]),
];

function variant(
  name: string,
  embedDim: number,
  heads: number,
  stages: readonly number[],
  globalBlocks: readonly number[],
  windows: readonly number[],
): HieraConfig {
  return { variant: name, imageSize: IMAGE_SIZE, embedDim, heads, stages, globalBlocks, windows };
}

/** The published variant of this width and depth. Throws `checkpoint-unsupported` where there is none. */
export function hieraConfigOf(weights: CheckpointWeights, path: string): HieraConfig {
  const embedDim = weights.dimension(
    [
      [`${trunk}.patch_embed.proj.weight`, 0],
      [`${trunk}.patch_embed.proj.bias`, 0],
      [`${trunk}.pos_embed`, 1],
      [`${trunk}.blocks.0.norm1.weight`, 0],
    ],
    96,
  );
  const stages = stagesOf(weights);
  const found = published.find(
    (config) => config.embedDim === embedDim && config.stages.join() === stages.join(),
  );
  if (found !== undefined) return found;
  throw checkpointUnsupported(
    path,
    `a SAM 2 encoder of width ${embedDim} with ${stages.join(', ')} blocks a stage is none of the published ones, and its tensors do not say how many heads, which windows and which global blocks it has`,
    'Describe it in a file and name that with --config',
  );
}

/** Blocks a stage. A stage begins with a block that has a projection to its width. */
function stagesOf(weights: CheckpointWeights): number[] {
  const stages = [0];
  const blocks = weights.count(`${trunk}.blocks.`);
  for (let block = 0; block < blocks; block++) {
    const name = `${trunk}.blocks.${block}.proj`;
    if (weights.has(`${name}.weight`) || weights.has(`${name}.bias`)) stages.push(0);
    stages.push((stages.pop() ?? 0) + 1);
  }
  return stages;
}
