import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@calque/api';
import { createFakeEngine } from '@calque/engine/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeStore, picture } from '../testing/server-harness.ts';
import { type RunningServer, startServer } from './start-server.ts';

let folder: string;
let server: RunningServer;
let open: () => void;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-end-'));
  await writeFile(join(folder, 'a.jpg'), await picture('a.jpg', 64, 48));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A server whose prompts are answered when the test says so, with one under way. */
async function withPromptUnderWay(graceMs: number) {
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let begun: () => void = () => undefined;
  const decoding = new Promise<void>((resolve) => {
    begun = resolve;
  });
  server = await startServer({
    ...{ folders: [{ folder }], home: join(folder, 'home'), host: '127.0.0.1', port: 0, withToken: false },
    ...{ model: null, store: new FakeStore(), pageFolder: null, version: '0.0.0', graceMs },
    createEngine: async () =>
      createFakeEngine({
        before: ({ name }) => {
          if (name !== 'decode') return undefined;
          begun();
          return opened;
        },
      }),
  });
  await server.modelReady;
  const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}` });
  const [dataset] = await client.call('listDatasets', {});
  const { images } = await client.call('listImages', { params: { datasetId: dataset?.id ?? '' } });
  const answer = client.call('predict', {
    params: { datasetId: dataset?.id ?? '', imageId: images[0]?.id ?? '' },
    body: { prompt: { box: { x1: 10, y1: 8, x2: 40, y2: 30 }, points: [], maskId: null }, model: 'fake' },
  });
  answer.catch(() => undefined);
  await decoding;
  return { client, answer };
}

test('a server that is told to end finishes what is under way', async () => {
  const { answer, client } = await withPromptUnderWay(60_000);
  const ended = server.close();
  await expect(client.call('listDatasets', {})).rejects.toMatchObject({
    code: expect.stringMatching(/^server-(closing|unreachable)$/),
  });
  open();
  await expect(answer).resolves.toMatchObject({ best: 1 });
  await ended;
});

test('what takes too long is sent back, and not cut', async () => {
  const { answer } = await withPromptUnderWay(30);
  const ended = server.close();
  await expect(answer).rejects.toMatchObject({ code: 'engine-closed', details: { status: 503 } });
  open();
  await ended;
});
