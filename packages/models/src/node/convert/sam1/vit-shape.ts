import type { CheckpointWeights } from '../checkpoint-weights.ts';

/** What a SAM 1 image encoder is, read from the shapes of its weights. */
export interface VitShape {
  /** Channels of a token. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Tokens along a side of the image. */
  readonly grid: number;
  /** For each block, tokens along a side of the square that attends to itself; the grid in global blocks. */
  readonly windows: readonly number[];
  /** Width of the hidden layer of the MLPs. */
  readonly hidden: number;
  /** Channels of the embedding. */
  readonly channels: number;
}

/** Undefined where the shapes are not those of a SAM 1 image encoder. */
export function vitShape(weights: CheckpointWeights): VitShape | undefined {
  const patch = weights.shapeOf('image_encoder.patch_embed.proj.weight');
  const position = weights.shapeOf('image_encoder.pos_embed');
  const neck = weights.shapeOf('image_encoder.neck.0.weight');
  const hidden = weights.shapeOf('image_encoder.blocks.0.mlp.lin1.weight');
  const relative = weights.shapeOf('image_encoder.blocks.0.attn.rel_pos_h');
  if (patch?.length !== 4 || position?.length !== 4 || relative?.length !== 2) return undefined;
  const [width = 0, , side = 0] = patch;
  const headWidth = relative[1] ?? 0;
  const windows = windowsOf(weights);
  if (headWidth === 0 || width % headWidth !== 0) return undefined;
  return {
    width,
    blocks: windows.length,
    heads: width / headWidth,
    patch: side,
    grid: position[1] ?? 0,
    windows,
    hidden: hidden?.[0] ?? 4 * width,
    channels: neck?.[0] ?? 256,
  };
}

/** A table of relative positions of a side of n tokens has 2 n - 1 rows. */
function windowsOf(weights: CheckpointWeights): readonly number[] {
  const windows: number[] = [];
  for (;;) {
    const table = weights.shapeOf(`image_encoder.blocks.${windows.length}.attn.rel_pos_h`);
    if (table === undefined) return windows;
    windows.push(((table[0] ?? 0) + 1) / 2);
  }
}
