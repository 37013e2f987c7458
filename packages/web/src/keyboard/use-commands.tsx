import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { useStore } from 'zustand';
import type { Command } from './command.ts';
import { type CommandRegistry, keysOf, type RegistryState } from './command-registry.ts';
import { listenToKeys } from './listen-to-keys.ts';

const RegistryContext = createContext<CommandRegistry | null>(null);

export function CommandsProvider({ registry, children }: { registry: CommandRegistry; children: ReactNode }) {
  useEffect(() => listenToKeys(registry, window), [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

export function useRegistry(): CommandRegistry {
  const registry = useContext(RegistryContext);
  if (registry === null) throw new Error('There is no CommandsProvider above this component.');
  return registry;
}

/** Offers commands while the component is there. `commands` is kept by identity: make it with useMemo. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry();
  useEffect(() => registry.register(commands), [registry, commands]);
}

export function useRegistryState(): RegistryState {
  return useStore(useRegistry().store);
}

/** The first key of a command, as its name; undefined where it has none. */
export function useKeyOf(commandId: string | undefined): string | undefined {
  return useStore(useRegistry().store, ({ commands, keys }) => {
    const command = commands.find(({ id }) => id === commandId);
    return command === undefined ? undefined : keysOf(command, keys)[0];
  });
}
