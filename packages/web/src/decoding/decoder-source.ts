import type { DecodePlace } from '../editor/editor-state.ts';
import type { Decoder } from './decoder.ts';

/** The decoder to ask now, chosen by measuring or by the person. */
export interface DecoderSource {
  readonly decoder: Decoder;
  readonly place: DecodePlace;
  want(wanted: DecodePlace['wanted']): void;
  /** The image is encoded for this model: decoders can be made ready, and measured. */
  encoded(model: string): void;
  /** Called when `decoder` or `place` is another; the result ends it. */
  watch(listener: () => void): () => void;
}
