import type { Client, Settings } from '@calque/api';
import { type FamilyOptions, USUAL_FAMILY } from '@calque/core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Language, preferredLanguage } from '../i18n/index.ts';

/** What a person chose. The server keeps what belongs to the person, the browser what belongs to this screen. */
export interface Preferences {
  readonly language: Language;
  readonly theme: 'system' | 'light' | 'dark';
  readonly model: string | null;
  readonly decodeIn: 'measured' | 'server' | 'browser';
  readonly hoverPreview: boolean;
  readonly maskOpacity: number;
  /** Command id to key, where it is not the default. */
  readonly keys: Readonly<Record<string, string>>;
  readonly hintsSeen: readonly string[];
  readonly panelWidthPx: number;
  readonly stripFolded: boolean;
  /** Sections of the panel that are folded. */
  readonly folded: readonly string[];
  /** How box sensitivity is measured. */
  readonly sensitivityFamily: FamilyOptions;
}

export interface PreferencesStore {
  readonly store: StoreApi<Preferences>;
  change(changes: Partial<Preferences>): void;
  /** What the server has, from its answer or an event: it wins over the browser's memory. */
  take(settings: Settings): void;
}

const storageKey = 'calque.preferences';

export const PANEL_WIDTH_PX = { least: 280, usual: 320, most: 520 };

export function createPreferences(client: Client, storage: Storage): PreferencesStore {
  const store = createStore<Preferences>(() => ({ ...defaults(), ...remembered(storage) }));
  store.subscribe((state) => {
    storage.setItem(storageKey, JSON.stringify(state));
  });
  return {
    store,
    change(changes) {
      store.setState(changes);
      const settings = settingsOf(changes);
      if (Object.keys(settings).length === 0) return;
      // The browser has it already; the server gets it with the next change, should it be gone at the moment.
      client.call('changeSettings', { body: settings }).catch(() => undefined);
    },
    take(settings) {
      store.setState(defined(settings));
    },
  };
}

function defaults(): Preferences {
  return {
    language: preferredLanguage(navigator.languages),
    theme: 'system',
    model: null,
    decodeIn: 'measured',
    hoverPreview: true,
    maskOpacity: 0.35,
    keys: {},
    hintsSeen: [],
    panelWidthPx: PANEL_WIDTH_PX.usual,
    stripFolded: false,
    folded: ['history', 'sensitivity'],
    sensitivityFamily: USUAL_FAMILY,
  };
}

function remembered(storage: Storage): Partial<Preferences> {
  try {
    return JSON.parse(storage.getItem(storageKey) ?? '{}') as Partial<Preferences>;
  } catch {
    // Not ours, or damaged: the defaults are as good.
    return {};
  }
}

const ofThisScreen = new Set(['panelWidthPx', 'stripFolded', 'folded', 'sensitivityFamily']);

function settingsOf(changes: Partial<Preferences>): Settings {
  const entries = Object.entries(changes).filter(
    ([name, value]) => !ofThisScreen.has(name) && value !== null,
  );
  return Object.fromEntries(entries) as Settings;
}

function defined(settings: Settings): Partial<Preferences> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<Preferences>;
}
