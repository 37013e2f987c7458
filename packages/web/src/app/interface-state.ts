import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export type DialogName = 'shortcuts' | 'palette' | 'reject' | 'labels' | 'reason' | 'report';
export type PanelTab = 'result' | 'prompt' | 'compare' | 'history';

/** What is open and where: of this page, forgotten when it closes. */
export interface InterfaceState {
  readonly dialog: DialogName | null;
  readonly tab: PanelTab;
  /** On a phone: how much of the screen the panel takes. */
  readonly sheet: 'peek' | 'half' | 'full';
  readonly search: string;
  readonly unreviewedOnly: boolean;
}

export const interfaceStore = createStore<InterfaceState>(() => ({
  dialog: null,
  tab: 'result',
  sheet: 'peek',
  search: '',
  unreviewedOnly: false,
}));

export function useInterface<Part>(select: (state: InterfaceState) => Part): Part {
  return useStore(interfaceStore, select);
}

export function openDialog(dialog: DialogName | null): void {
  interfaceStore.setState({ dialog });
}
