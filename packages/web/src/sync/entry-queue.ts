import type { CalqueError, Entry, ImageDocument, NumberedEntry, RecordedRle } from '@calque/core';
import type { SaveState } from '../editor/editor-state.ts';

/**
 * The work on one image on its way to the server: shown at once, kept in the browser until the server has it, sent in
 * order. Entries of others are taken over as they come; own ones that no longer fit are dropped and reported.
 */
export interface EntryQueue {
  readonly state: QueueState;
  /** Called after every change of `state`. */
  subscribe(listener: () => void): () => void;
  /** Reports what a person must know about; called as it happens. */
  watch(listener: (report: QueueReport) => void): () => void;
  /** Throws `document-conflict` where the entry does not fit what is shown. Its masks must have been kept before. */
  append(entry: Entry): void;
  /** Keeps a mask and stores it on the server before any later entry. Returns its id. */
  keepMask(rle: RecordedRle): string;
  /** A mask by its id: kept here, or stored on the server. */
  readMask(maskId: string, options: { readonly signal: AbortSignal }): Promise<RecordedRle>;
  /** Resolves when the server has the mask. At once for masks that were not kept here. */
  maskWritten(maskId: string): Promise<void>;
  /** Entries that the server told of, in any order, any number of times. */
  receive(entries: readonly NumberedEntry[]): void;
  /** Reads what is new, and tries to send at once rather than at the next attempt. */
  resync(): void;
  /** Resolves when all that is not on the server is kept in the browser. */
  kept(): Promise<void>;
  /** This user is done with it; resolves when what is unsent is kept in the browser. */
  stop(): Promise<void>;
}

export interface QueueState {
  /** What the person sees: the server's document and, on top of it, what is not there yet. */
  readonly document: ImageDocument;
  /** Every entry that `document` is made of, in order. */
  readonly log: readonly Entry[];
  /** False until the server's log was read for the first time. */
  readonly loaded: boolean;
  readonly save: SaveState;
  /** Entries and masks that the server does not have. */
  readonly unsent: number;
}

export type QueueReport =
  /** Own entries that do not fit what others did first, in order. */
  | { readonly kind: 'conflict'; readonly entries: readonly Entry[] }
  /** Own entries that the server refuses for good. */
  | { readonly kind: 'refused'; readonly entries: readonly Entry[]; readonly error: CalqueError }
  /** Entries that an earlier page had not sent any more. */
  | { readonly kind: 'recovered'; readonly count: number }
  /** The browser cannot keep work: what is not sent is lost with the page. */
  | { readonly kind: 'not-kept'; readonly error: unknown }
  /** The server answers, but does not let this page work (logged out, image gone). Sending is tried again. */
  | { readonly kind: 'blocked'; readonly error: unknown };
