import { changeOf, stepsById } from './annotation-states.ts';
import type { Entry, Gesture } from './entry.ts';

/** What an annotation cost the person who made it. */
export interface Effort {
  /** Gestures that were meant to change the mask, also those that were taken back later. */
  readonly clicks: number;
  /** Time in front of it: see {@link LONGEST_PAUSE_S}. */
  readonly seconds: number;
}

/** Between two gestures nobody is taken to have worked on for longer: they went to get coffee. */
export const LONGEST_PAUSE_S = 60;

const MASK_GESTURES: ReadonlySet<Gesture> = new Set([
  'create',
  'set-box',
  'clear-box',
  'add-point',
  'move-point',
  'remove-point',
  'toggle-point',
  'set-mask-prompt',
  'clear-prompt',
  'choose-candidate',
  'set-postprocess',
  'set-model',
  'paint',
  'erase',
  'discard-edit',
]);

/**
 * Clicks and seconds spent on an annotation, up to and with the entry `until` where it is given.
 *
 * The time of a gesture begins with the gesture before it of the same author, on whatever annotation: what lies between
 * is looking and moving the pointer. The first gesture of an author has no beginning and counts no time.
 */
export function effortOf(log: readonly Entry[], annotationId: string, until?: string): Effort {
  const steps = stepsById(log);
  const lastMs = new Map<string, number>();
  let clicks = 0;
  let seconds = 0;
  for (const entry of log) {
    const step = entry.kind === 'step' ? entry : steps.get(entry.stepId);
    if (step !== undefined && changeOf(step, annotationId) !== undefined) {
      if (entry.kind === 'step' && MASK_GESTURES.has(entry.gesture)) clicks++;
      seconds += pauseS(lastMs.get(entry.author), Date.parse(entry.at));
    }
    lastMs.set(entry.author, Date.parse(entry.at));
    if (entry.id === until) break;
  }
  return { clicks, seconds };
}

function pauseS(beforeMs: number | undefined, atMs: number): number {
  if (beforeMs === undefined || !(atMs > beforeMs)) return 0;
  return Math.min((atMs - beforeMs) / 1000, LONGEST_PAUSE_S);
}
