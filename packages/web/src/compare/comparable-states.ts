import { type Annotation, type AnnotationState, type Entry, statesOf } from '@calque/core';
import { maskSpecOf } from '../editor/mask-spec.ts';

/** A state that can be compared, with its place in the object's history, counted from 1. */
export interface ComparableState extends AnnotationState {
  readonly place: number;
}

/**
 * The states of an annotation that can have a mask of their own, oldest first: what was only renamed, moved in the list
 * or decided about is the same to look at.
 */
export function comparableStates(log: readonly Entry[], annotationId: string): ComparableState[] {
  const states: ComparableState[] = [];
  let last = '';
  for (const state of statesOf(log, annotationId)) {
    const sources = sourcesOf(state.annotation);
    if (sources === last || maskSpecOf(state.annotation) === null) continue;
    last = sources;
    states.push({ ...state, place: states.length + 1 });
  }
  return states;
}

/** The newest state that looks like the annotation of now, and the one before it: what a person most likely compares. */
export function usualPair(
  states: readonly ComparableState[],
  now: Annotation,
): { readonly before: ComparableState; readonly after: ComparableState } | null {
  const sources = sourcesOf(now);
  const found = states.findLastIndex(({ annotation }) => sourcesOf(annotation) === sources);
  const at = found < 0 ? states.length - 1 : found;
  const after = states[at];
  const before = states[at - 1] ?? states[at + 1];
  return after === undefined || before === undefined ? null : { before, after };
}

function sourcesOf({ prompt, model, choice, postprocess, editedMask }: Annotation): string {
  return JSON.stringify([prompt, model, choice, postprocess, editedMask]);
}
