import type { BoxXyxy } from '../geometry/box.ts';
import type { ImagePoint } from '../geometry/point.ts';
import type { Bitmap } from '../mask/bitmap.ts';

export type PointLabel = 'foreground' | 'background';

export interface PromptPoint extends ImagePoint {
  readonly label: PointLabel;
}

/**
 * A mask given as a prompt: a bitmap of the image's size (imported or recorded), or the low-resolution logits that
 * the same model returned for an earlier prompt on the same image (sharper: nothing was thresholded).
 */
export type MaskPrompt =
  | { readonly kind: 'bitmap'; readonly bitmap: Bitmap }
  | { readonly kind: 'logits'; readonly logits: Float32Array };

/** What a person says about the object they mean. At least one of the three parts is present. */
export interface Prompt {
  readonly box: BoxXyxy | null;
  /** In the order they were placed. */
  readonly points: readonly PromptPoint[];
  readonly mask: MaskPrompt | null;
}
