import { createClient, float32FromFloat16 } from '@calque/api';
import type { Decoder } from '../decoding/decoder.ts';
import type { DecodePlace } from '../editor/editor-state.ts';
import { createMaskMaker } from '../masks/create-mask-maker.ts';
import { openMaskWorker } from '../masks/open-mask-worker.ts';
import { systemClock } from '../sync/clock.ts';
import { createEventStream } from '../sync/event-stream.ts';
import { createIdbQueueStore } from '../sync/idb-queue-store.ts';
import type { Backend } from './backend.ts';

/** The server that the page came from. */
export function createPageBackend(): Backend {
  const client = createClient({ baseUrl: '' });
  const events = createEventStream({ open: () => new EventSource('/api/events'), clock: systemClock });
  const decoder: Decoder = {
    where: 'server',
    async predict({ datasetId, imageId, prompt, model, annotationId, preview }, { signal }) {
      const began = performance.now();
      const prediction = await client.call('predict', {
        params: { datasetId, imageId },
        body: { prompt, model, preview, ...(annotationId === null ? {} : { annotationId }) },
        signal,
      });
      const roundTripMs = performance.now() - began;
      const logits = prediction.candidates.map(({ logits }) =>
        logits === undefined ? null : float32FromFloat16(logits.float16),
      );
      const transferMs = Math.max(0, roundTripMs - prediction.timingsMs.total);
      return { prediction, logits, roundTripMs, transferMs };
    },
  };
  return {
    client,
    events,
    store: createIdbQueueStore(),
    masks: createMaskMaker(openMaskWorker),
    decodersFor: (_, wanted) => {
      const place: DecodePlace = {
        wanted,
        used: 'server',
        reason: { key: 'decode.choice.server', values: {} },
      };
      return {
        source: { decoder, place, want: () => undefined, watch: () => () => undefined },
        close: () => undefined,
      };
    },
  };
}
