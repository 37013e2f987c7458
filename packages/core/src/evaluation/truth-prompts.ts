import type { Bitmap } from '../mask/bitmap.ts';
import { encodeRle, rleBox } from '../mask/rle.ts';
import type { Prompt } from '../prompt/prompt.ts';
import { nextClick } from './next-click.ts';

/** Prompts that are made from a true mask: its box, a click in its middle, both. */
export const TRUTH_PROMPTS = ['box', 'click', 'box-click'] as const;

export type TruthPrompt = (typeof TRUTH_PROMPTS)[number];

/**
 * The prompts for an object whose mask is known: the smallest box around it, the first click of {@link nextClick} (the pixel
 * farthest from the outside), and both together. Null for a mask without pixels. Throws `mask-size-invalid`.
 */
export function truthPrompts(truth: Bitmap): Readonly<Record<TruthPrompt, Prompt>> | null {
  const click = nextClick(truth, null, []);
  const box = rleBox(encodeRle(truth));
  if (click === null || box === null) return null;
  return {
    box: { box, points: [], mask: null },
    click: { box: null, points: [click], mask: null },
    'box-click': { box, points: [click], mask: null },
  };
}
