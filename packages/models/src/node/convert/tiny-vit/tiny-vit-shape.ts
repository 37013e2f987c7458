import type { CheckpointWeights } from '../checkpoint-weights.ts';

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

/** Undefined where the shapes are not those of a TinyViT image encoder. */
export function tinyVitShape(weights: CheckpointWeights): TinyVitShape | undefined {
  const first = weights.shapeOf('image_encoder.patch_embed.seq.2.c.weight');
  const neck = weights.shapeOf('image_encoder.neck.0.weight');
  if (first === undefined || neck === undefined) return undefined;
  const widths = [first[0] ?? 0];
  for (;;) {
    const down = weights.shapeOf(`image_encoder.layers.${widths.length - 1}.downsample.conv1.c.weight`);
    if (down === undefined) break;
    widths.push(down[0] ?? 0);
  }
  // Rows are heads, columns the distances in a window: as many as it has tokens.
  const biases = widths.map((_, stage) =>
    weights.shapeOf(`image_encoder.layers.${stage}.blocks.0.attn.attention_biases`),
  );
  return {
    widths,
    depths: widths.map((_, stage) => depthOf(weights, stage)),
    heads: biases.map((shape) => shape?.[0] ?? 0),
    windows: biases.map((shape) => Math.round(Math.sqrt(shape?.[1] ?? 0))),
    channels: neck[0] ?? 0,
  };
}

function depthOf(weights: CheckpointWeights, stage: number): number {
  const first = stage === 0 ? 'conv1.c.weight' : 'attn.norm.weight';
  let depth = 0;
  while (weights.has(`image_encoder.layers.${stage}.blocks.${depth}.${first}`)) depth++;
  return depth;
}
