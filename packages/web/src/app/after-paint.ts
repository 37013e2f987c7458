import type { StoreApi } from 'zustand';

/** How a listener is called once what was drawn for a change is on the screen. */
export type NextPaint = (listener: () => void) => void;

/** The frame that is drawn next shows the change; with the one after it, it has been shown. A hidden page draws none. */
const nextPaint: NextPaint = (listener) => {
  if (document.visibilityState === 'hidden') window.setTimeout(listener);
  else requestAnimationFrame(() => requestAnimationFrame(listener));
};

/** The same state, told later: only the newest of what changes in between. */
export function afterPaint<State>(store: StoreApi<State>, schedule: NextPaint = nextPaint): StoreApi<State> {
  let shown = store.getState();
  let waiting = false;
  const listeners = new Set<(state: State, former: State) => void>();
  let stop: (() => void) | null = null;
  const tell = (): void => {
    waiting = false;
    const former = shown;
    shown = store.getState();
    if (shown !== former) for (const listener of [...listeners]) listener(shown, former);
  };
  const changed = (): void => {
    if (waiting) return;
    waiting = true;
    schedule(tell);
  };
  return {
    ...store,
    getState: () => {
      // Nobody listens: there is nothing that could be behind.
      if (stop === null) shown = store.getState();
      return shown;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      if (stop === null) {
        stop = store.subscribe(changed);
        // Between being drawn and listening, something may have changed.
        if (store.getState() !== shown) changed();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}
