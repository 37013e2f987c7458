import type { EmbeddingState, WireImage, WireLabel, WirePrediction } from '@calque/api';
import type { Annotation, CalqueError, Entry, ImageDocument } from '@calque/core';
import type { ShownMask } from '../masks/shown-mask.ts';

export type ToolName = 'select' | 'box' | 'foreground' | 'background' | 'brush' | 'pan';

/** Whether what is shown as done is safe on the server. `offline`: it is kept in the browser and sent later. */
export type SaveState = 'saved' | 'saving' | 'offline';

/**
 * What the page knows about the image in view. Changed by the editor's actions alone; every value is replaced, never
 * mutated, so that panels can compare by identity.
 */
export interface EditorState {
  readonly datasetId: string;
  readonly image: WireImage;
  readonly document: ImageDocument;
  /** Every entry that `document` is made of, in order: the history. */
  readonly log: readonly Entry[];
  /** False until the image's log was read from the server. */
  readonly loaded: boolean;
  readonly labels: readonly WireLabel[];
  readonly selectedId: string | null;
  readonly tool: ToolName;
  readonly brushDiameterPx: number;
  /** Annotations in their order, with what follows from them. */
  readonly views: readonly AnnotationView[];
  /** What the decoder says to the pointer's place, and the prompt that it was asked for. */
  readonly preview: ShownMask | null;
  readonly hoverPreview: boolean;
  /** Candidate under the pointer in the chooser: shown in place of the chosen one. */
  readonly hoveredCandidate: number | null;
  readonly embedding: EmbeddingState | null;
  readonly decodeIn: DecodePlace;
  readonly save: SaveState;
  /** Something that the person must know; the newest last. */
  readonly notices: readonly Notice[];
  readonly maskOpacity: number;
  readonly masksHidden: boolean;
}

/** An annotation with the answer to its prompt, as far as it is known. */
export interface AnnotationView {
  readonly annotation: Annotation;
  /** CSS colour: the label's, or the palette's. */
  readonly color: string;
  /** Answer to exactly this prompt; null while there is none or the prompt is empty. */
  readonly prediction: WirePrediction | null;
  /** Index into the prediction's candidates that `choice` names. */
  readonly candidate: number | null;
  /**
   * The mask in effect: accepted, painted, or chosen and post-processed. While an answer is awaited, or failed, the former
   * mask stays; while a candidate is hovered, or a slider is dragged, it is what that would give.
   */
  readonly mask: ShownMask | null;
  readonly pending: boolean;
  readonly error: CalqueError | null;
  readonly latency: LatencyMs | null;
}

/** Milliseconds by part, of the click that led to the mask in view. */
export interface LatencyMs {
  readonly queue: number;
  readonly transfer: number;
  readonly encode: number;
  readonly decode: number;
  readonly postprocess: number;
  readonly draw: number;
  readonly total: number;
  readonly cache: 'memory' | 'disk' | 'miss';
  readonly where: 'server' | 'browser';
}

export interface DecodePlace {
  readonly wanted: 'measured' | 'server' | 'browser';
  readonly used: 'server' | 'browser';
  /** Why, with the times that decided: a translation key and its values. */
  readonly reason: { readonly key: string; readonly values: Readonly<Record<string, string | number>> };
}

export interface Notice {
  readonly id: string;
  readonly kind: 'info' | 'warning' | 'error';
  /** Translation key and values, or an error of the server. */
  readonly text:
    | { readonly key: string; readonly values?: Readonly<Record<string, string | number>> }
    | CalqueError;
  /** Translation key of what can be done, and doing it. */
  readonly action?: { readonly key: string; run(): void };
}
