import type { ServerEvent } from '@calque/api';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { ConnectionState, ServerEvents } from './server-events.ts';

/** The part of the browser's `EventSource` that is used. */
export interface EventSourceLike {
  /** 2: closed, and it does not try again by itself. */
  readonly readyState: number;
  onopen: ((event: Event) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  onmessage: ((event: MessageEvent) => unknown) | null;
  close(): void;
}

export interface EventStreamDeps {
  /** Opens the stream: `() => new EventSource('/api/events')`. */
  readonly open: () => EventSourceLike;
  readonly clock: Clock;
}

export interface EventStream extends ServerEvents {
  /** Tries at once rather than at the next attempt. */
  retry(): void;
  close(): void;
}

const CLOSED = 2;

/**
 * The server's events, for ever: the browser resumes a stream that broke (with `Last-Event-ID`); one that the server refused
 * is opened again here.
 */
export function createEventStream(deps: EventStreamDeps): EventStream {
  return new ReopenedStream(deps);
}

class ReopenedStream implements EventStream {
  readonly #deps: EventStreamDeps;
  readonly #listeners = new Set<(event: ServerEvent) => void>();
  readonly #watchers = new Set<(state: ConnectionState) => void>();
  #source: EventSourceLike | null = null;
  #state: ConnectionState = 'reconnecting';
  #failures = 0;
  #callOff: () => void = () => {};
  #ended = false;

  constructor(deps: EventStreamDeps) {
    this.#deps = deps;
    this.#open();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  listen(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(listener: (state: ConnectionState) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  retry(): void {
    if (this.#ended || this.#state === 'connected') return;
    this.#open();
  }

  close(): void {
    this.#ended = true;
    this.#callOff();
    this.#source?.close();
  }

  #open(): void {
    this.#callOff();
    this.#source?.close();
    const source = this.#deps.open();
    this.#source = source;
    source.onopen = () => this.#opened(source);
    source.onerror = () => this.#broke(source);
    source.onmessage = ({ data }) => this.#tell(source, JSON.parse(String(data)) as ServerEvent);
  }

  #opened(source: EventSourceLike): void {
    if (source !== this.#source) return;
    this.#failures = 0;
    this.#become('connected');
  }

  #broke(source: EventSourceLike): void {
    if (source !== this.#source || this.#ended) return;
    this.#become('reconnecting');
    if (source.readyState !== CLOSED) return;
    this.#failures++;
    this.#callOff = this.#deps.clock.after(backoffMs(this.#failures), () => this.#open());
  }

  #tell(source: EventSourceLike, event: ServerEvent): void {
    if (source !== this.#source) return;
    for (const listener of [...this.#listeners]) listener(event);
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }
}
