import { afterEach, expect, test } from 'vitest';
import { drawSeededImages, seedStudy } from '../testing/seed-study.ts';
import { ServerHarness } from '../testing/server-harness.ts';

const seed = { images: 2, objects: 5, width: 300, height: 200, seed: 4 };
const request = { language: 'fr', format: 'html', template: 'lab' } as const;
let server: ServerHarness;

afterEach(() => server.close());

async function open(): Promise<ServerHarness> {
  server = await ServerHarness.create();
  await drawSeededImages(server.root, seed);
  server.dataset.rescan();
  await server.dataset.indexed();
  await seedStudy(server.dataset, seed);
  return server;
}

test('a report is made in the background, told as it goes, and given as a file', async () => {
  const { client, dataset, events, until } = await open();
  const params = { datasetId: dataset.id };
  const { id, state } = await client.call('startReport', { params, body: request });
  expect(state).toBe('running');
  await until.call(server, (event) => event.type === 'report' && event.job.state === 'done');
  const steps = events.flatMap((event) => (event.type === 'report' ? [event.job.progress] : []));
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  expect(steps.length).toBeGreaterThan(2);
  const job = await client.call('readReport', { params: { ...params, reportId: id } });
  expect(job.path).toContain('lab.fr.html');
  const file = await client.call('readReportFile', { params: { ...params, reportId: id } });
  expect(new TextDecoder().decode(file)).toContain('<html lang="fr">');
});

test('one that is given up is cancelled, and has no file', async () => {
  const { client, dataset, until } = await open();
  const params = { datasetId: dataset.id };
  const { id } = await client.call('startReport', { params, body: { ...request, format: 'pdf' } });
  await client.call('cancelReport', { params: { ...params, reportId: id } });
  await until.call(server, (event) => event.type === 'report' && event.job.state === 'cancelled');
  await expect(client.call('readReportFile', { params: { ...params, reportId: id } })).rejects.toMatchObject({
    code: 'report-not-ready',
  });
  await expect(client.call('readReport', { params: { ...params, reportId: 'other' } })).rejects.toMatchObject(
    { code: 'report-unknown' },
  );
});
