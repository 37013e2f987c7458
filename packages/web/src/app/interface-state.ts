import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export type DialogName =
  | 'shortcuts'
  | 'palette'
  | 'reject'
  | 'labels'
  | 'reason'
  | 'report'
  | 'export'
  | 'import'
  | 'statistics'
  | 'selection';
export type PanelTab = 'result' | 'prompt' | 'compare' | 'history';

/** What is open and where: of this page, forgotten when it closes. */
export interface InterfaceState {
  readonly dialog: DialogName | null;
  readonly tab: PanelTab;
  /** On a phone: how much of the screen the panel takes. */
  readonly sheet: 'peek' | 'half' | 'full';
  readonly search: string;
  readonly unreviewedOnly: boolean;
  readonly choice: ImageChoice;
}

/** Which images the lists show, beside the search, and in which order. Null: all. */
export interface ImageChoice {
  readonly sort: 'path' | 'modified' | 'size' | 'state' | 'objects' | 'score';
  readonly state: 'unseen' | 'in-work' | 'accepted' | 'rejected' | null;
  readonly tag: string | null;
  /** Id. */
  readonly label: string | null;
  readonly minObjects: number | null;
  readonly maxScore: number | null;
}

export const everyImage: ImageChoice = {
  sort: 'path',
  state: null,
  tag: null,
  label: null,
  minObjects: null,
  maxScore: null,
};

export const interfaceStore = createStore<InterfaceState>(() => ({
  dialog: null,
  tab: 'result',
  sheet: 'peek',
  search: '',
  unreviewedOnly: false,
  choice: everyImage,
}));

export function useInterface<Part>(select: (state: InterfaceState) => Part): Part {
  return useStore(interfaceStore, select);
}

export function openDialog(dialog: DialogName | null): void {
  interfaceStore.setState({ dialog });
}
