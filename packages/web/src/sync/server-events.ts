import type { ServerEvent } from '@calque/api';

export type ConnectionState = 'connected' | 'reconnecting';

/** What the server tells without being asked. Listeners are called in the order of the events; each result ends it. */
export interface ServerEvents {
  readonly state: ConnectionState;
  listen(listener: (event: ServerEvent) => void): () => void;
  /** Called at every change. After `connected` anything may have happened in between. */
  watch(listener: (state: ConnectionState) => void): () => void;
}
