import type { PullListener } from './pull-event.ts';

const minIntervalMs = 100;

/** Counts the bytes of a model over its files and tells a listener, not more than ten times a second. */
export class ProgressMeter {
  readonly #id: string;
  readonly #totalBytes: number;
  readonly #listener: PullListener;
  readonly #now: () => number;
  readonly #bytesOf = new Map<string, number>();
  #lastMs = Number.NEGATIVE_INFINITY;
  /** When the first bytes of the source came: what it needed until then says nothing about its rate. */
  #startMs: number | undefined;
  #receivedBytes = 0;

  constructor(
    id: string,
    totalBytes: number,
    listener: PullListener,
    now: () => number = () => performance.now(),
  ) {
    this.#id = id;
    this.#totalBytes = totalBytes;
    this.#listener = listener;
    this.#now = now;
  }

  /** Bytes that are in the store, whole files and parts. */
  get bytes(): number {
    let sum = 0;
    for (const bytes of this.#bytesOf.values()) sum += bytes;
    return sum;
  }

  /** A source starts: its rate is its own. */
  restart(): void {
    this.#startMs = undefined;
    this.#receivedBytes = 0;
  }

  /** The file stands at that many bytes; nothing was received for it now. */
  place(file: string, bytes: number): void {
    this.#bytesOf.set(file, bytes);
  }

  /** The file grew by received bytes. */
  receive(file: string, bytes: number): void {
    this.#bytesOf.set(file, (this.#bytesOf.get(file) ?? 0) + bytes);
    if (this.#startMs === undefined) this.#startMs = this.#now();
    else this.#receivedBytes += bytes;
    if (this.#now() - this.#lastMs >= minIntervalMs) this.report(file);
  }

  report(file: string): void {
    const now = this.#now();
    const elapsedMs = now - (this.#startMs ?? now);
    const bytesPerSecond = elapsedMs > 0 ? (this.#receivedBytes * 1000) / elapsedMs : 0;
    const bytes = this.bytes;
    this.#lastMs = now;
    this.#listener({
      kind: 'progress',
      id: this.#id,
      file,
      bytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond,
      ...(bytesPerSecond > 0 ? { remainingMs: ((this.#totalBytes - bytes) * 1000) / bytesPerSecond } : {}),
    });
  }
}
