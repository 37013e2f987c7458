import type { Client, ModelState, WireImage, WireLabel } from '@calque/api';
import type { DecoderSource } from '../decoding/decoder-source.ts';
import type { MaskMaker } from '../masks/mask-maker.ts';
import type { Clock } from '../sync/clock.ts';
import type { EntryQueue } from '../sync/entry-queue.ts';
import type { ServerEvents } from '../sync/server-events.ts';
import type { EditorState } from './editor-state.ts';

export interface EditorDeps {
  readonly datasetId: string;
  readonly image: WireImage;
  readonly labels: readonly WireLabel[];
  /** What the server said of its models just now. */
  readonly models?: readonly ModelState[];
  /** Id of the model that new annotations ask. */
  readonly model: string;
  readonly client: Pick<Client, 'call'>;
  readonly decoders: DecoderSource;
  readonly masks: MaskMaker;
  /** Of this image; outlives the editor until all is sent. */
  readonly queue: EntryQueue;
  readonly events: ServerEvents;
  readonly clock: Clock;
  /** Unique, 80 characters at most, letters, digits, `.`, `_` and `-`. */
  readonly newId: () => string;
  /** This page, among those that work on the image: the author of its entries. */
  readonly page: string;
  /** Name of the n-th new annotation, in the person's language. */
  readonly nameOf: (ordinal: number) => string;
  /** False: the person may look and change nothing; the model is not asked either. */
  readonly mayEdit: boolean;
  /** Settings that the person brings along. */
  readonly settings?: Partial<Pick<EditorState, 'tool' | 'brushDiameterPx' | 'hoverPreview' | 'maskOpacity'>>;
}
