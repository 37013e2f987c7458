import type { CheckpointWeights, Place } from '../checkpoint-weights.ts';
import { decoderWidth } from '../decoder/layout.ts';

/** What a TinyViT image encoder is, read from the shapes of its weights. */
export interface TinyVitShape {
  /** Channels of each stage. */
  readonly widths: readonly number[];
  readonly depths: readonly number[];
  /** Of the stages with attention; the first stage has convolutions alone. */
  readonly heads: readonly number[];
  readonly windows: readonly number[];
  /** Channels of the embedding. */
  readonly channels: number;
}

const encoder = 'image_encoder';
/** Channels of a head, and the windows of each stage, of the published model. */
const HEAD_WIDTH = 32;
const WINDOWS = [7, 7, 14, 7];

/** Undefined where the names are not those of a TinyViT image encoder. */
export function tinyVitShape(weights: CheckpointWeights): TinyVitShape | undefined {
  const stages = weights.count(`${encoder}.layers.`);
  if (stages === 0) return undefined;
  const widths = Array.from({ length: stages }, (_, stage) => weights.dimension(placesOfWidth(stage), 64));
  const depths = widths.map((_, stage) => weights.count(`${encoder}.layers.${stage}.blocks.`));
  const biases = (stage: number, axis: number): readonly Place[] =>
    Array.from({ length: stage === 0 ? 0 : (depths[stage] ?? 0) }, (_, block) => [
      `${encoder}.layers.${stage}.blocks.${block}.attn.attention_biases`,
      axis,
    ]);
  return {
    widths,
    depths,
    // Rows are heads, columns the distances in a window: as many as it has tokens.
    heads: widths.map((width, stage) =>
      weights.dimension(
        biases(stage, 0),
        Math.max(1, Math.floor(width / HEAD_WIDTH)),
        (heads) => width % heads === 0,
      ),
    ),
    windows: widths.map((_, stage) =>
      Math.sqrt(
        weights.dimension(biases(stage, 1), (WINDOWS[stage] ?? 7) ** 2, (cells) =>
          Number.isInteger(Math.sqrt(cells)),
        ),
      ),
    ),
    channels: decoderWidth(weights, { promptEncoder: 'prompt_encoder', maskDecoder: 'mask_decoder' }),
  };
}

/** The first stage has the width of the patches, each other one that of the layer that leads to it. */
function placesOfWidth(stage: number): readonly Place[] {
  const before = `${encoder}.layers.${stage - 1}.downsample`;
  const names =
    stage === 0
      ? [`${encoder}.patch_embed.seq.2`]
      : ['conv1', 'conv2', 'conv3'].map((layer) => `${before}.${layer}`);
  return names.flatMap((name) => [
    [`${name}.c.weight`, 0],
    [`${name}.bn.weight`, 0],
    [`${name}.bn.bias`, 0],
  ]);
}
