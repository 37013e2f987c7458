import type { WireImage } from '@calque/api';
import type { Backend } from '../app/backend.ts';
import type { Decoder } from '../decoding/decoder.ts';
import type { DecodePlace } from '../editor/editor-state.ts';
import { createMaskMaker } from '../masks/create-mask-maker.ts';
import { openMaskWorker } from '../masks/open-mask-worker.ts';
import type { QueueStore } from '../sync/queue-store.ts';
import type { ServerEvents } from '../sync/server-events.ts';
import { createFakeServer, type FakeServer } from './fake-server.ts';

/**
 * A server in the page, for `npm run dev` and for pictures of the interface: sample images, masks from their labels, no
 * download. Forgets everything when the page is left. `?state=` in the address shows what else can be the case.
 */
export function createFakeBackend(): Backend {
  const server = createFakeServer(new URLSearchParams(window.location.search).get('state'));
  return {
    client: server.client,
    events: eventsOf(server),
    store: forgetfulStore,
    masks: createMaskMaker(openMaskWorker),
    decodersFor: (_: WireImage, { wanted }) => ({ source: sourceOf(server, wanted), close: () => undefined }),
  };
}

function eventsOf(server: FakeServer): ServerEvents {
  return {
    state: server.situation === 'gone' ? 'reconnecting' : 'connected',
    listen: server.listen,
    watch: () => () => undefined,
  };
}

function sourceOf(server: FakeServer, wanted: DecodePlace['wanted']) {
  const decoder: Decoder = {
    where: 'server',
    async predict(question, { signal }) {
      const began = performance.now();
      const { datasetId, imageId, prompt, model } = question;
      const prediction = await server.client.call('predict', {
        params: { datasetId, imageId },
        body: { prompt, model },
        signal,
      });
      const roundTripMs = performance.now() - began;
      const logits = prediction.candidates.map(() => null);
      return { prediction, logits, restOfLogits: null, roundTripMs, transferMs: 6 };
    },
  };
  const place: DecodePlace = { wanted, used: 'server', reason: { key: 'decode.choice.server', values: {} } };
  return {
    decoder,
    place,
    want: () => undefined,
    encoded: () => undefined,
    watch: () => () => undefined,
  };
}

const forgetfulStore: QueueStore = {
  images: async () => [],
  load: async () => ({ entries: [], masks: [] }),
  keep: async () => undefined,
  drop: async () => undefined,
};
