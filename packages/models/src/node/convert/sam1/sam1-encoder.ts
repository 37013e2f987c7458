import { Graph, type Precision, type Value } from '../../onnx/graph/graph.ts';
import { add } from '../../onnx/graph/ops/arithmetic.ts';
import { reshape } from '../../onnx/graph/ops/layout.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { imagePart, noMaskEmbedding } from '../decoder/image-part.ts';
import { type DecoderLayout, decoderWidth } from '../decoder/layout.ts';
import { tokenCount } from '../token-order.ts';

/** Makes the embedding, [1, grid, grid, width], from the normalised image, [1, 3, side, side]. */
export type ImageEncoder = (image: Value) => Value;

/** The image side of SAM 1 and MobileSAM as a graph: an image encoder, and what of the decoder depends on the image alone. */
export function sam1Encoder(
  imageEncoder: ImageEncoder,
  weights: CheckpointWeights,
  layout: DecoderLayout,
  precision: Precision,
): Graph {
  const graph = new Graph('sam1 encoder', precision);
  const image = graph.input('image', [1, 3, layout.imageSize, layout.imageSize]);
  const embedding = reshape(imageEncoder(image), [1, tokenCount(layout.order), layout.width]);
  const tokens = add(embedding, graph.exactWeight(noMaskEmbedding(weights, layout)));
  for (const [name, value] of Object.entries(imagePart(tokens, weights, layout))) graph.output(name, value);
  return graph;
}

/** @param grid cells a side of the embedding */
export function sam1Layout(
  weights: CheckpointWeights,
  { imageSize, grid }: { readonly imageSize: number; readonly grid: number },
): DecoderLayout {
  const names = { promptEncoder: 'prompt_encoder', maskDecoder: 'mask_decoder' };
  return {
    ...names,
    width: decoderWidth(weights, names),
    heads: 8,
    imageSize,
    order: { base: grid, levels: 0 },
    isSam2: false,
  };
}
