import type { Client, WireImage } from '@calque/api';
import type { DecoderSource } from '../decoding/decoder-source.ts';
import type { MaskMaker } from '../masks/mask-maker.ts';
import type { QueueStore } from '../sync/queue-store.ts';
import type { ServerEvents } from '../sync/server-events.ts';

/** What lies beyond the page: the server, its events, the browser's storage, the workers. */
export interface Backend {
  readonly client: Client;
  readonly events: ServerEvents;
  readonly store: QueueStore;
  readonly masks: MaskMaker;
  /** The decoders of an image that is opened. */
  decodersFor(image: WireImage, options: DecodersOptions): OpenDecoders;
}

export interface DecodersOptions {
  readonly wanted: 'measured' | 'server' | 'browser';
  /** Id of the model that is asked first. */
  readonly model: string;
}

export interface OpenDecoders {
  readonly source: DecoderSource;
  close(): void;
}
