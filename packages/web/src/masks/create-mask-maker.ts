import { CalqueError } from '@calque/core';
import { workerFailed } from '../errors.ts';
import type { MaskCalls, MaskOutcome } from './mask-calls.ts';
import type { MaskMaker, MaskMakerOptions, MaskSource } from './mask-maker.ts';
import type { ShownMask } from './shown-mask.ts';

/** A running worker. */
export interface MaskWorker {
  readonly calls: MaskCalls;
  /** Resolves with what happened when the worker has failed as a whole and answers no more. */
  readonly failed: Promise<string>;
  end(): void;
}

/** Masks that are remembered: a slider that goes back and forth, and objects that are looked at again, cost nothing. */
const MOST_KEPT = 64;

/**
 * Masks made by a worker, one at a time: what is called off before its turn is never computed. A worker that failed is
 * replaced at the next mask.
 */
export function createMaskMaker(open: () => MaskWorker): MaskMaker {
  const line = new WorkerLine(open);
  const kept = new Map<string, ShownMask>();
  const nameOf = namesByIdentity();
  return {
    async show(source, { signal }) {
      signal.throwIfAborted();
      const key = keyOf(source, nameOf);
      const known = kept.get(key);
      if (known !== undefined) {
        rememberInto(kept, key, known);
        return known;
      }
      return line.run(
        (calls) => calls.show(source),
        signal,
        (mask) => rememberInto(kept, key, mask),
      );
    },
    prepare: () => line.prepare(),
    async paint(stroke, { signal }: MaskMakerOptions) {
      return line.run((calls) => calls.paint(stroke), signal);
    },
  };
}

class WorkerLine {
  readonly #open: () => MaskWorker;
  #worker: MaskWorker | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: () => MaskWorker) {
    this.#open = open;
  }

  /** Opens the worker before it is asked: its code comes from the server, which can go at any time. */
  prepare(): void {
    this.#worker ??= this.#open();
  }

  /** @param keep gets the mask also where nobody waits for it any more. */
  run(
    ask: (calls: MaskCalls) => Promise<MaskOutcome>,
    signal: AbortSignal,
    keep: (mask: ShownMask) => void = () => undefined,
  ): Promise<ShownMask> {
    const turn = this.#last.then(async () => {
      signal.throwIfAborted();
      const mask = await this.#ask(ask);
      keep(mask);
      return mask;
    });
    this.#last = turn.catch(() => undefined);
    return unlessAborted(turn, signal);
  }

  async #ask(ask: (calls: MaskCalls) => Promise<MaskOutcome>): Promise<ShownMask> {
    this.#worker ??= this.#open();
    const worker = this.#worker;
    const outcome = await Promise.race([ask(worker.calls), worker.failed.then(failedOutcome)]);
    if (outcome.ok) return outcome.mask;
    if (outcome.error.code === 'page-worker-failed') {
      worker.end();
      this.#worker = null;
    }
    throw CalqueError.fromJSON(outcome.error);
  }
}

function failedOutcome(reason: string): MaskOutcome {
  return { ok: false, error: workerFailed('mask', reason).toJSON() };
}

function unlessAborted<Value>(wait: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    wait.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The newest is last, so that the first one is what was not asked for longest. */
function rememberInto(kept: Map<string, ShownMask>, key: string, mask: ShownMask): void {
  kept.delete(key);
  kept.set(key, mask);
  const oldest = kept.keys().next();
  if (kept.size > MOST_KEPT && oldest.done !== true) kept.delete(oldest.value);
}

function keyOf(source: MaskSource, nameOf: (logits: Float32Array) => number): string {
  const { fillHolesPx = 0, dropIslandsPx = 0, keepLargest = 0, smoothRadiusPx = 0 } = source.postprocess;
  const steps = [fillHolesPx, dropIslandsPx, keepLargest, smoothRadiusPx].join(',');
  const logits = source.kind === 'candidate' && source.logits !== null ? nameOf(source.logits) : 'none';
  return [source.rle.size.join('x'), logits, steps, source.rle.counts].join('|');
}

/** Logits are never written to, so the same array is the same logits. */
function namesByIdentity(): (logits: Float32Array) => number {
  const names = new WeakMap<Float32Array, number>();
  let next = 0;
  return (logits) => {
    const name = names.get(logits) ?? next++;
    names.set(logits, name);
    return name;
  };
}
