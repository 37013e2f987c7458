import type { Client, WireImage } from '@calque/api';
import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { Editor } from '../editor/editor.ts';
import type { ServerEvents } from '../sync/server-events.ts';
import type { Preferences, PreferencesStore } from './preferences.ts';

/** Everything that the interface talks to: made once in main, replaced by fakes in development. */
export interface Services {
  readonly client: Client;
  readonly events: ServerEvents;
  readonly preferences: PreferencesStore;
  openEditor(image: WireImage): Promise<Editor>;
}

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>;
}

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('There is no ServicesProvider above this component.');
  return services;
}

export function usePreference<Key extends keyof Preferences>(key: Key): Preferences[Key] {
  return useStore(useServices().preferences.store, (state) => state[key]);
}
