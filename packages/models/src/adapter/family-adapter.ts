import type { ModelPoint, PointLabel, Size } from '@calque/core';
import type { ModelManifest } from '../manifest/manifest.ts';
import { calqueSam1Adapter } from '../sam1/calque-sam1-adapter.ts';
import { sam1Adapter } from '../sam1/sam1-adapter.ts';
import { transformersSam1Adapter } from '../sam1/transformers-sam1-adapter.ts';
import { calqueSam2Adapter } from '../sam2/calque-sam2-adapter.ts';
import { sam2Adapter } from '../sam2/sam2-adapter.ts';
import { transformersSam2Adapter } from '../sam2/transformers-sam2-adapter.ts';
import type { NamedTensors, Tensor } from './tensor.ts';

/** What differs between the families once image and prompt are in model space: the names and order of tensors. */
export interface FamilyAdapter {
  /** @param input shape [1, 3, height, width]. */
  encoderFeeds(input: Tensor): NamedTensors;
  /** The tensors of the encoder's outputs that the decoder needs, under the decoder's names. */
  embeddingFrom(outputs: NamedTensors): NamedTensors;
  /** @param grid size of the mask input, the spec's `logits`. */
  decoderFeeds(embedding: NamedTensors, prompt: ModelPrompt, grid: Size): NamedTensors;
  /** All masks on offer, in the model's order. */
  candidatesFrom(outputs: NamedTensors): readonly RawCandidate[];
}

/** A prompt in pixels of the model input. */
export interface ModelPrompt {
  /** Top-left and bottom-right corner. */
  readonly box: readonly [ModelPoint, ModelPoint] | null;
  readonly points: readonly (ModelPoint & { readonly label: PointLabel })[];
  /** float32, row-major, the spec's logits size. */
  readonly maskLogits: Float32Array | null;
}

export interface RawCandidate {
  /** Predicted IoU, raw. */
  readonly score: number;
  /** float32, row-major, the spec's logits size; a view into the runtime's output. */
  readonly logits: Float32Array;
}

/** What a model's graphs are called like, of its manifest. */
export type GraphNames = Pick<ModelManifest, 'family' | 'interface'>;

export function adapterFor({ family, interface: names = 'published' }: GraphNames): FamilyAdapter {
  return adapters[names][family];
}

const adapters = {
  published: { sam1: sam1Adapter, sam2: sam2Adapter },
  calque: { sam1: calqueSam1Adapter, sam2: calqueSam2Adapter },
  transformers: { sam1: transformersSam1Adapter, sam2: transformersSam2Adapter },
} as const;
