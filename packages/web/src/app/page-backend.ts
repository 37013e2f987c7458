import { createClient } from '@calque/api';
import { createBrowserDecoders } from '../decoding/browser-decoders.ts';
import { ChoosingSource } from '../decoding/choosing-source.ts';
import { createServerDecoder } from '../decoding/create-server-decoder.ts';
import { createIdbRecordStore } from '../decoding/idb-record-store.ts';
import { createPredictionRecorder } from '../decoding/prediction-recorder.ts';
import { createMaskMaker } from '../masks/create-mask-maker.ts';
import { openMaskWorker } from '../masks/open-mask-worker.ts';
import { systemClock as clock } from '../sync/clock.ts';
import { createEventStream } from '../sync/event-stream.ts';
import { createIdbQueueStore } from '../sync/idb-queue-store.ts';
import type { Backend } from './backend.ts';
import { basePath } from './base-path.ts';
import { pageId } from './page-id.ts';
import { fetchSayingSignedOut } from './signed-out.ts';

/** The server that the page came from. */
export function createPageBackend(): Backend {
  const base = basePath();
  const client = createClient({
    baseUrl: base,
    headers: { 'x-calque-page': pageId },
    fetch: fetchSayingSignedOut,
  });
  const events = createEventStream({ open: () => new EventSource(`${base}/api/events`), clock });
  const recorder = createPredictionRecorder({
    client,
    // Two servers below one host share the browser's storage.
    store: createIdbRecordStore(`calque-predictions${base}`),
    clock,
    // What the person did is kept by its entries; a file that was replaced has no use for the numbers of the former one.
    onRefused: () => undefined,
  });
  recorder.resume().catch(() => undefined);
  events.watch((state) => {
    if (state === 'connected') recorder.retry();
  });
  const server = createServerDecoder({ client, clock });
  const browser = createBrowserDecoders({
    client,
    recorder,
    clock,
    newId: () => crypto.randomUUID(),
    // The runtime comes when it is wanted, after the page.
    open: async (model) => (await import('@calque/engine/browser')).openBrowserDecoder(model),
  });
  return {
    client,
    events,
    store: createIdbQueueStore(`calque${base}`),
    masks: createMaskMaker(openMaskWorker),
    decodersFor: (image, options) => {
      const source = new ChoosingSource({
        image,
        ...options,
        server,
        browser,
        events,
        clock,
        isolated: globalThis.crossOriginIsolated,
      });
      return { source, close: () => source.close() };
    },
  };
}
