import { whenAborted } from '../scheduler/when-aborted.ts';

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  subscribers: number;
}

/** Identical concurrent work is done once. It is aborted when everybody who waited for it has gone. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  run(key: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const flight = this.#flights.get(key) ?? this.#launch(key, work);
    flight.subscribers++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal?.reason);
        flight.subscribers--;
        if (flight.subscribers > 0) return;
        // Whoever comes after this must not join work that is being stopped.
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.controller.abort(signal?.reason);
      };
      const stopListening = signal === undefined ? undefined : whenAborted(signal, leave);
      flight.promise.then(resolve, reject).finally(stopListening);
    });
  }

  #launch(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const promise = work(controller.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    // Every subscriber may have left by the time it rejects.
    promise.catch(() => undefined);
    const flight: Flight<T> = { promise, controller, subscribers: 0 };
    this.#flights.set(key, flight);
    return flight;
  }
}
