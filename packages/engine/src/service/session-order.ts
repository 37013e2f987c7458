interface Session {
  latest: number;
  open: number;
}

/** Which call of an editing session is the newest, however long the older ones take. */
export class SessionOrder {
  readonly #sessions = new Map<string, Session>();

  /** Registers a call; `end` must follow. A call without a session is always the newest. */
  begin(name: string | undefined): { readonly isNewest: () => boolean; readonly end: () => void } {
    if (name === undefined) return { isNewest: () => true, end: () => undefined };
    const session = this.#sessions.get(name) ?? { latest: 0, open: 0 };
    this.#sessions.set(name, session);
    session.open++;
    session.latest++;
    const number = session.latest;
    return {
      isNewest: () => session.latest === number,
      end: () => {
        session.open--;
        if (session.open === 0) this.#sessions.delete(name);
      },
    };
  }
}
