import type { DeepReadonly, WirePrompt } from '@calque/api';
import { decodeRle, type MaskPrompt, type Prompt } from '@calque/core';
import type { Dataset } from '../datasets/dataset.ts';
import { maskUnknown } from '../errors.ts';
import { toRle } from './wire-rle.ts';

/** The prompt as the engine takes it. Rejects with `mask-unknown` where it names a mask that is not stored. */
export async function toPrompt(
  dataset: Dataset,
  { box, points, maskId }: DeepReadonly<WirePrompt>,
): Promise<Prompt> {
  return { box, points, mask: maskId === null ? null : await toMaskPrompt(dataset, maskId) };
}

async function toMaskPrompt(dataset: Dataset, maskId: string): Promise<MaskPrompt> {
  const stored = await dataset.storage.mask(maskId);
  if (stored === null) throw maskUnknown(maskId);
  return { kind: 'bitmap', bitmap: decodeRle(toRle(stored)) };
}
