import type { SerializedError } from '@calque/core';
import type { MaskSource, Stroke } from './mask-maker.ts';
import type { ShownMask } from './shown-mask.ts';

/** What the mask worker answers. Errors come as data: a thrown one would lose its code on the way. */
export interface MaskCalls {
  show(source: MaskSource): Promise<MaskOutcome>;
  paint(stroke: Stroke): Promise<MaskOutcome>;
}

export type MaskOutcome =
  | { readonly ok: true; readonly mask: ShownMask }
  | { readonly ok: false; readonly error: SerializedError };
