import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Command } from './command.ts';

/** Commands that can be run at the moment, by whoever put them there, with the person's own keys. */
export interface CommandRegistry {
  readonly store: StoreApi<RegistryState>;
  /** Later ones win where ids meet. Returns what takes them out again. */
  register(commands: readonly Command[]): () => void;
  setKeys(keys: Readonly<Record<string, string>>): void;
  find(id: string): Command | undefined;
  run(id: string): void;
}

export interface RegistryState {
  readonly commands: readonly Command[];
  /** Command id to key, where a person changed it. */
  readonly keys: Readonly<Record<string, string>>;
}

export function createCommandRegistry(): CommandRegistry {
  const groups = new Set<readonly Command[]>();
  const store = createStore<RegistryState>(() => ({ commands: [], keys: {} }));
  const publish = () => {
    const byId = new Map([...groups].flat().map((command) => [command.id, command]));
    store.setState({ commands: [...byId.values()] });
  };
  const find = (id: string) => store.getState().commands.find((command) => command.id === id);
  return {
    store,
    register(commands) {
      groups.add(commands);
      publish();
      return () => {
        groups.delete(commands);
        publish();
      };
    },
    setKeys: (keys) => store.setState({ keys }),
    find,
    run(id) {
      const command = find(id);
      if (command !== undefined && isEnabled(command)) command.run();
    },
  };
}

export function isEnabled(command: Command): boolean {
  return command.enabled?.() ?? true;
}

/** The keys in effect: the person's one, or the defaults. An empty text means: none. */
export function keysOf(command: Command, keys: Readonly<Record<string, string>>): readonly string[] {
  const own = keys[command.id];
  if (own === undefined) return command.keys;
  return own === '' ? [] : [own];
}

/** The command of a key. One that a person gave the key goes before one that has it by default. */
export function commandFor(names: readonly string[], { commands, keys }: RegistryState): Command | undefined {
  for (const name of names) {
    const own = commands.find((command) => keys[command.id] === name);
    const found = own ?? commands.find((command) => keysOf(command, keys).includes(name));
    if (found !== undefined) return found;
  }
  return undefined;
}
