import type { BoxXyxy } from '../geometry/box.ts';
import type { PostprocessOptions } from '../mask/postprocess-options.ts';
import type { PromptPoint } from '../prompt/prompt.ts';

/**
 * One object of an image as a person works on it: its prompt, which answer they chose, what they did to the mask, and
 * what they decided. Plain JSON: masks are named by id, never held.
 *
 * The mask is never stored here as the answer to a question. It follows from `prompt`, `model`, `choice` and
 * `postprocess`, or from `editedMask` where a person painted. So a late answer has nothing that it could overwrite.
 */
export interface Annotation {
  readonly id: string;
  /**
   * Names this content of the annotation: every change gives it a new one, undo brings the former one back.
   * Two people who changed the same annotation are told apart by it.
   */
  readonly revision: string;
  readonly name: string;
  readonly labelId: string | null;
  /** Index into the palette, for annotations without a label. */
  readonly color: number;
  /** Place in the list of the image's annotations; smaller comes first. */
  readonly order: number;
  readonly visible: boolean;
  readonly locked: boolean;
  readonly prompt: AnnotationPrompt;
  /** Id of the model that is asked. */
  readonly model: string;
  /** Which candidate becomes the mask: the highest score, or an index in the model's order. */
  readonly choice: 'best' | number;
  readonly postprocess: PostprocessOptions;
  /**
   * Id of the stored mask that a person painted or imported; takes the place of the predicted one, before `postprocess`.
   * Painting bakes the post-processing in and begins with none.
   */
  readonly editedMask: string | null;
  readonly review: Review;
}

/** A prompt that is still being worked on: it may be empty, and its points can be switched off one by one. */
export interface AnnotationPrompt {
  readonly box: BoxXyxy | null;
  /** In the order they were placed. */
  readonly points: readonly AnnotationPoint[];
  /** Id of a stored mask that is given to the decoder with the rest. */
  readonly maskId: string | null;
}

export interface AnnotationPoint extends PromptPoint {
  readonly id: string;
  readonly enabled: boolean;
}

/** What a person decided about an annotation; `maskId` is the stored mask that they saw when they did. */
export type Review =
  | { readonly status: 'unreviewed' }
  | { readonly status: 'accepted'; readonly maskId: string }
  | { readonly status: 'rejected'; readonly reason: RejectReason; readonly note: string };

/** In the order in which people are offered them. */
export const REJECT_REASONS = [
  'wrong-object',
  'incomplete',
  'too-much',
  'rough-boundary',
  'several-objects',
  'image-unusable',
  'other',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

export const emptyPrompt: AnnotationPrompt = { box: null, points: [], maskId: null };
