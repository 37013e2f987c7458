import { randomUUID } from 'node:crypto';
import type { DeepReadonly, ServerEvent } from '@calque/api';

export type Event = DeepReadonly<ServerEvent>;

/** An event with its number; numbers only grow, also from one run of the server to the next. */
export interface NumberedEvent {
  readonly id: number;
  readonly event: Event;
}

export type Listener = (event: NumberedEvent) => void;

const KEPT = 2000;

/** Who wants to know what happens, and what has happened lately, for those who were away for a moment. */
export class EventHub {
  readonly serverId = randomUUID();
  readonly #version: string;
  readonly #first: number;
  #next: number;
  readonly #kept: NumberedEvent[] = [];
  readonly #listeners = new Set<Listener>();

  constructor(version: string, startedMs: number = Date.now()) {
    this.#version = version;
    // Above every number of an earlier run, unless that one told over a thousand events a millisecond.
    this.#first = startedMs * 1000;
    this.#next = this.#first;
  }

  tell(event: Event): void {
    const numbered = { id: this.#next++, event };
    this.#kept.push(numbered);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(numbered);
  }

  /**
   * What a page has to be told when it connects: `hello`, and what it missed since `lastId`. Where that is no longer
   * known, `hello` names another server, and the page reads everything again.
   */
  greeting(lastId: number | null): readonly NumberedEvent[] {
    const oldest = this.#kept[0]?.id ?? this.#next;
    const isKnown = lastId === null || (lastId >= this.#first - 1 && lastId >= oldest - 1);
    const missed = lastId === null || !isKnown ? [] : this.#kept.filter(({ id }) => id > lastId);
    const serverId = isKnown ? this.serverId : `${this.serverId}.${this.#next}`;
    const hello: Event = { type: 'hello', serverId, version: this.#version };
    return [{ id: Math.max((missed[0]?.id ?? this.#next) - 1, 0), event: hello }, ...missed];
  }

  /** @returns a function that ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
