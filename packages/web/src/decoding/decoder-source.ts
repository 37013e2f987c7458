import type { DecodePlace } from '../editor/editor-state.ts';
import type { Decoder } from './decoder.ts';

/** The decoder to ask now, chosen by measuring or by the person. */
export interface DecoderSource {
  readonly decoder: Decoder;
  readonly place: DecodePlace;
  want(wanted: DecodePlace['wanted']): void;
  /** Called when `decoder` or `place` is another; the result ends it. */
  watch(listener: () => void): () => void;
}
