/** Who waits for each signal. The one listener on the signal itself goes when the last of them has gone. */
const waiting = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly callbacks: Set<() => void>;
  readonly fire: () => void;
}

/**
 * Calls back once when the signal aborts, with one listener on the signal however many calls share it: Node takes more
 * than ten for a leak and warns. The signal has not aborted yet.
 *
 * @returns takes the callback back; harmless when it has been called already.
 */
export function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  const found = waiting.get(signal) ?? listen(signal);
  // The same function may wait twice, and each of them is taken back on its own.
  const own = (): void => callback();
  found.callbacks.add(own);
  return () => {
    found.callbacks.delete(own);
    if (found.callbacks.size > 0) return;
    signal.removeEventListener('abort', found.fire);
    if (waiting.get(signal) === found) waiting.delete(signal);
  };
}

function listen(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>();
  const fire = (): void => {
    waiting.delete(signal);
    for (const callback of callbacks) {
      callbacks.delete(callback);
      callback();
    }
  };
  signal.addEventListener('abort', fire, { once: true });
  const entry = { callbacks, fire };
  waiting.set(signal, entry);
  return entry;
}
