import { CalqueError, isCalqueError } from '@calque/core';
import { backoffMs } from '../sync/backoff.ts';
import type { Clock } from '../sync/clock.ts';
import type { LatencyMs } from './editor-state.ts';
import type { Look, Looks } from './looks.ts';
import type { MaskSpec } from './mask-spec.ts';

export interface WorkState {
  /** What is shown: of what is wanted or, while that is awaited or failed, of what was wanted before. */
  readonly look: Look | null;
  /** `look` is of what is wanted. */
  readonly current: boolean;
  readonly pending: boolean;
  readonly error: CalqueError | null;
  readonly latency: LatencyMs | null;
}

export interface WorkDeps {
  readonly looks: Looks;
  readonly clock: Clock;
  readonly onChange: () => void;
}

const nothing: WorkState = { look: null, current: true, pending: false, error: null, latency: null };

/** A server that put a newer question of the same session first is asked again so many times. */
const MOST_REPEATS = 3;

/** Finds the mask of one annotation. The newest wish wins: an answer to an older one changes nothing. */
export class AnnotationWork {
  readonly #deps: WorkDeps;
  readonly #annotationId: string;
  #wanted: MaskSpec | null = null;
  #running = new AbortController();
  #state: WorkState = nothing;
  #startedMs = 0;
  #failures = 0;
  #callOff: () => void = () => {};

  constructor(annotationId: string, deps: WorkDeps) {
    this.#annotationId = annotationId;
    this.#deps = deps;
  }

  get state(): WorkState {
    return this.#state;
  }

  /** `ask` says where the answer is looked for, see `LookOptions`. */
  want(spec: MaskSpec | null, ask: 'record-first' | 'model'): void {
    if (spec?.key === this.#wanted?.key) return;
    this.#begin(spec, ask);
  }

  /** Asks once more after an error. Where nobody answered, that is done from time to time without being told. */
  retry(): void {
    if (this.#state.error !== null) this.#begin(this.#wanted, 'record-first');
  }

  /** Asks again although nothing else is wanted: the image is another one. */
  restart(): void {
    this.#state = nothing;
    this.#begin(this.#wanted, 'record-first');
  }

  /** A better outline of the very mask that is shown. */
  sharpen(look: Look): void {
    if (this.#state.look?.mask.id !== look.mask.id) return;
    this.#become({ ...this.#state, look: { ...this.#state.look, mask: look.mask } });
  }

  /** Told by the canvas: the mask that was waited for is on the screen. */
  painted(drawMs: number): void {
    const { latency } = this.#state;
    if (latency === null || latency.draw > 0) return;
    const total = this.#deps.clock.now() - this.#startedMs;
    this.#become({ ...this.#state, latency: { ...latency, draw: drawMs, total } });
  }

  end(): void {
    this.#callOff();
    this.#running.abort();
    this.#wanted = null;
  }

  #begin(spec: MaskSpec | null, ask: 'record-first' | 'model'): void {
    this.#callOff();
    this.#running.abort();
    this.#running = new AbortController();
    this.#wanted = spec;
    this.#startedMs = this.#deps.clock.now();
    const known = spec === null ? null : this.#deps.looks.known(spec);
    if (spec === null || known === null) this.#become(nothing);
    else if (known !== undefined) this.#become({ ...nothing, look: known });
    else {
      this.#become({ ...this.#state, current: false, pending: true, error: null });
      void this.#find(spec, ask, this.#running.signal);
    }
  }

  async #find(spec: MaskSpec, ask: 'record-first' | 'model', signal: AbortSignal): Promise<void> {
    try {
      const look = await this.#make(spec, ask, signal);
      if (signal.aborted) return;
      this.#failures = 0;
      const latency = latencyOf(look, this.#deps.clock.now() - this.#startedMs);
      this.#become({ ...nothing, look, latency });
    } catch (error) {
      if (signal.aborted) return;
      this.#become({ ...this.#state, pending: false, error: asCalqueError(error) });
      if (isPassing(error))
        this.#callOff = this.#deps.clock.after(backoffMs(++this.#failures), () => this.retry());
    }
  }

  async #make(spec: MaskSpec, ask: 'record-first' | 'model', signal: AbortSignal): Promise<Look> {
    const annotationId = this.#annotationId;
    for (let repeats = 0; ; repeats++) {
      try {
        return await this.#deps.looks.make(spec, { signal, annotationId, ask });
      } catch (error) {
        if (!isCalqueError(error, 'superseded') || signal.aborted || repeats >= MOST_REPEATS) throw error;
      }
    }
  }

  #become(state: WorkState): void {
    this.#state = state;
    this.#deps.onChange();
  }
}

/** Null for masks that no model was asked for just now. What the parts do not explain was waiting. */
function latencyOf({ answer, makeMs }: Look, totalMs: number): LatencyMs | null {
  if (answer === null || answer.transferMs === null) return null;
  const { timingsMs, cache, where } = answer.prediction;
  const encode = timingsMs.read + timingsMs.preprocess + timingsMs.encode;
  const postprocess = timingsMs.postprocess + timingsMs.measure + makeMs;
  const explained = answer.transferMs + encode + timingsMs.decode + postprocess;
  return {
    queue: Math.max(timingsMs.queue, totalMs - explained),
    transfer: answer.transferMs,
    encode,
    decode: timingsMs.decode,
    postprocess,
    draw: 0,
    total: totalMs,
    cache,
    where,
  };
}

function isPassing(error: unknown): boolean {
  return isCalqueError(error, 'server-unreachable') || isCalqueError(error, 'engine-busy');
}

export function asCalqueError(error: unknown): CalqueError {
  if (isCalqueError(error)) return error;
  return CalqueError.fromJSON({
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    remedy: 'Load the page again. If it happens again, report it with this message.',
  });
}
