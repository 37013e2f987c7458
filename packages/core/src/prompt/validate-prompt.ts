import {
  maskPromptWrongSize,
  pointLabelUnknown,
  pointNotFinite,
  pointOutsideImage,
  promptEmpty,
  promptTooManyPoints,
} from '../errors.ts';
import { validateBox } from '../geometry/box.ts';
import type { Size } from '../geometry/size.ts';
import type { MaskPrompt, Prompt, PromptPoint } from './prompt.ts';

/** The attention between the points of a prompt takes the decoder memory by the square of their number. */
export const MAX_PROMPT_POINTS = 1000;

/**
 * The prompt as models take it, for an image of `size`: the box ordered and cut to the image, everything else as given.
 *
 * Image space. The result is new; mask data are shared with the argument, not copied. The side of low-resolution
 * logits belongs to the model, which checks it.
 * Throws `prompt-empty`, `prompt-too-many-points`, `box-not-finite`, `box-empty`, `box-outside-image`, `point-not-finite`, `point-outside-image`,
 * `point-label-unknown` or `mask-prompt-wrong-size`.
 */
export function validatePrompt(prompt: Prompt, size: Size): Prompt {
  if (prompt.box === null && prompt.points.length === 0 && prompt.mask === null) throw promptEmpty();
  if (prompt.points.length > MAX_PROMPT_POINTS) {
    throw promptTooManyPoints(prompt.points.length, MAX_PROMPT_POINTS);
  }
  return {
    box: prompt.box === null ? null : validateBox(prompt.box, size),
    points: prompt.points.map((point, index) => validatePoint(point, index, size)),
    mask: prompt.mask === null ? null : validateMaskPrompt(prompt.mask, size),
  };
}

function validatePoint(point: PromptPoint, index: number, size: Size): PromptPoint {
  const { x, y, label } = point;
  if (!Number.isFinite(x) || !Number.isFinite(y)) throw pointNotFinite(point, index);
  if (x < 0 || y < 0 || x >= size.width || y >= size.height) throw pointOutsideImage(point, index, size);
  if (label !== 'foreground' && label !== 'background') throw pointLabelUnknown(label, index);
  return { x, y, label };
}

function validateMaskPrompt(mask: MaskPrompt, size: Size): MaskPrompt {
  if (mask.kind === 'logits') {
    if (mask.logits.length === 0) throw maskPromptWrongSize('no logits', size);
    return mask;
  }
  const { width, height, data } = mask.bitmap;
  if (width !== size.width || height !== size.height) {
    throw maskPromptWrongSize(`${width} x ${height} pixels`, size);
  }
  if (data.length !== width * height) throw maskPromptWrongSize(`${data.length} bytes`, size);
  return mask;
}
