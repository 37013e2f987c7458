import type { Decision, Size } from '@calque/core';
import type { EngineEvent } from '@calque/engine';
import type { StoredPrediction } from '../storage/storage.ts';

/**
 * What happens on the server, told to who counts, compares or writes it down. Nothing here waits or fails: an observer keeps
 * its troubles to itself.
 */
export interface Observer {
  predicted(event: PredictedEvent): void;
  encoded(event: EncodedEvent): void;
  decided(event: DecidedEvent): void;
  /** A candidate was chosen in place of the best one, or the best one again; 0 is the model's first. */
  chose(candidate: 'best' | number): void;
  /** An annotation was deleted that nobody had accepted or rejected. */
  abandoned(): void;
  answered(event: AnsweredEvent): void;
  /** Something happened to the engine of a model or to its processes. */
  engine(model: string, event: EngineEvent): void;
}

export interface PredictedEvent {
  readonly prediction: StoredPrediction;
  /** A preview follows the pointer: it says nothing about how people work. */
  readonly kind: 'recorded' | 'preview';
}

export interface EncodedEvent {
  readonly model: string;
  /** Null where a cache had the embedding. */
  readonly provider: string | null;
  readonly cache: 'memory' | 'disk' | 'miss';
  readonly image: Size;
  /** Mean luminance of the image as the model sees it, in [0, 1]. */
  readonly brightness: number;
  readonly timingsMs: {
    readonly queue: number;
    readonly read: number;
    readonly preprocess: number;
    readonly encode: number;
    readonly total: number;
  };
}

export interface DecidedEvent {
  readonly decision: Decision;
  /** What it took until then. */
  readonly points: number;
  readonly clicks: number;
}

/** A request was answered. `code`: of the problem, null where there was none. */
export interface AnsweredEvent {
  readonly method: string;
  /** As in the table of routes, with `:name` for parameters: there are few of them. */
  readonly route: string;
  readonly status: number;
  readonly code: string | null;
  readonly seconds: number;
}

/** Looks at nothing: what an observer that looks at a part is made of. */
export const QUIET_OBSERVER: Observer = {
  predicted: () => undefined,
  encoded: () => undefined,
  decided: () => undefined,
  chose: () => undefined,
  abandoned: () => undefined,
  answered: () => undefined,
  engine: () => undefined,
};

/** Tells each of them. */
export function observers(...all: readonly Observer[]): Observer {
  return {
    predicted: (event) => all.forEach((one) => void one.predicted(event)),
    encoded: (event) => all.forEach((one) => void one.encoded(event)),
    decided: (event) => all.forEach((one) => void one.decided(event)),
    chose: (candidate) => all.forEach((one) => void one.chose(candidate)),
    abandoned: () => all.forEach((one) => void one.abandoned()),
    answered: (event) => all.forEach((one) => void one.answered(event)),
    engine: (model, event) => all.forEach((one) => void one.engine(model, event)),
  };
}
