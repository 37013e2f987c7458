import { type CheckpointWeights, mostFrequent, type Place } from '../checkpoint-weights.ts';
import { decoderWidth } from '../decoder/layout.ts';

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

/** Tables of constants grow with the square of the image's side and would fill the memory. */
const LARGEST_IMAGE = 4096;

const encoder = 'image_encoder';
const patches = `${encoder}.patch_embed.proj`;
const position = `${encoder}.pos_embed`;
const firstMlp = `${encoder}.blocks.0.mlp`;

/** Undefined where the names are not those of a SAM 1 image encoder. */
export function vitShape(weights: CheckpointWeights): VitShape | undefined {
  const blocks = weights.count(`${encoder}.blocks.`);
  if (blocks === 0) return undefined;
  const windows = windowsOf(weights, blocks);
  const patch = weights.dimension(squareOf(`${patches}.weight`, 2), 16);
  const grid = weights.dimension(squareOf(position, 1), Math.max(...windows));
  if (patch * grid > LARGEST_IMAGE) throw new RangeError(`images of ${patch * grid} pixels a side`);
  const width = weights.dimension(
    [
      [`${patches}.weight`, 0],
      [`${patches}.bias`, 0],
      [position, 3],
      [`${encoder}.blocks.0.norm1.weight`, 0],
    ],
    768,
  );
  return {
    width,
    blocks,
    heads: width / headWidth(weights, blocks),
    patch,
    grid,
    windows,
    hidden: weights.dimension(
      [
        [`${firstMlp}.lin1.weight`, 0],
        [`${firstMlp}.lin1.bias`, 0],
        [`${firstMlp}.lin2.weight`, 1],
      ],
      4 * width,
    ),
    channels: decoderWidth(weights, { promptEncoder: 'prompt_encoder', maskDecoder: 'mask_decoder' }),
  };
}

function squareOf(name: string, axis: number): readonly Place[] {
  return [
    [name, axis],
    [name, axis + 1],
  ];
}

/** Tables of relative positions along rows and columns. */
function tablesOf(block: number): readonly string[] {
  return ['h', 'w'].map((axis) => `${encoder}.blocks.${block}.attn.rel_pos_${axis}`);
}

function headWidth(weights: CheckpointWeights, blocks: number): number {
  const tables = Array.from({ length: blocks }, (_, block) => tablesOf(block)).flat();
  return weights.dimension(
    tables.map((name) => [name, 1]),
    64,
  );
}

/** A table of relative positions of a side of n tokens has 2 n - 1 rows. */
function windowsOf(weights: CheckpointWeights, blocks: number): readonly number[] {
  const sides = Array.from({ length: blocks }, (_, block) =>
    tablesOf(block)
      .map((name) => ((weights.shapeOf(name)?.[0] ?? 0) + 1) / 2)
      .filter((side) => side >= 1 && Number.isInteger(side)),
  );
  const all = sides.flat();
  // Where the two tables of a block differ, the one is right that other blocks have too.
  return sides.map((own) => mostFrequent(own, all) ?? mostFrequent(all) ?? 1);
}
