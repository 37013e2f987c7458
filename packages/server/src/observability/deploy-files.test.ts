import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelDrift, WirePrediction } from '@calque/api';
import type { Decision } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { ServerMetrics } from './server-metrics.ts';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), 'utf8');

const RULES = 'deploy/prometheus/calque.rules.yml';
const RULE_TESTS = 'deploy/prometheus/calque.rules.test.yml';
const DASHBOARD = 'deploy/grafana/calque-dashboard.json';

/** By name of the series, what each label was seen to be. */
type Series = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

const candidate = { score: 0.9, stability: 0.95, areaPx: 100, rle: { size: [30, 40], counts: '' } };
const timingsMs = {
  queue: 1,
  read: 2,
  preprocess: 3,
  encode: 4,
  decode: 5,
  postprocess: 6,
  measure: 7,
  total: 28,
};
const prediction = {
  model: { id: 'm', files: [] },
  prompt: { box: { x1: 4, y1: 5, x2: 24, y2: 15 }, points: [], maskId: null },
  best: 0,
  candidates: [candidate],
  where: 'server',
  provider: 'cpu',
  timingsMs,
} as unknown as WirePrediction;
const withArea = (areaPx: number): WirePrediction => ({
  ...prediction,
  where: 'browser',
  provider: 'wasm',
  candidates: [{ ...candidate, areaPx } as never],
});
const drift: ModelDrift = {
  model: 'm',
  quantities: (['score', 'stability', 'box-ratio', 'image-px', 'brightness'] as const).map((quantity) => ({
    quantity,
    verdict: 'steady',
    referenceCount: 500,
    windowCount: 200,
    referenceMedian: 0.9,
    windowMedian: 0.8,
    populationStability: 0.02,
    distance: 0.1,
    distanceLimit: 0.17,
    histogram: { edges: [0, 1], reference: [500], window: [200] },
  })),
  alarms: [],
};

/** A scrape of a server on which everything happened once. */
async function everything(): Promise<Series> {
  const metrics = new ServerMetrics({
    engines: async () => [{ model: 'm', provider: 'cpu', waiting: 2, running: 1 }],
    drift: () => [drift],
  });
  metrics.predicted({ prediction, kind: 'recorded' });
  metrics.predicted({ prediction, kind: 'preview' });
  metrics.predicted({ prediction: withArea(0), kind: 'recorded' });
  metrics.predicted({ prediction: withArea(1200), kind: 'recorded' });
  for (const cache of ['memory', 'disk', 'miss'] as const) {
    const image = { width: 40, height: 30 };
    const provider = cache === 'miss' ? 'cpu' : null;
    metrics.encoded({ model: 'm', provider, cache, image, brightness: 0.5, timingsMs });
  }
  metrics.decided({ decision: { kind: 'accept' } as Decision, points: 1, clicks: 2 });
  metrics.decided({ decision: { kind: 'reject', reason: 'other' } as Decision, points: 1, clicks: 2 });
  metrics.chose(1);
  for (const role of ['reader', 'encoder', 'decoder'])
    metrics.engine('m', { kind: 'child-started', role, pid: 5, again: true });
  metrics.answered({ method: 'GET', route: '/api/events', status: 200, code: null, seconds: 0.5 });
  return seriesOf(await metrics.text());
}

function seriesOf(text: string): Series {
  const series = new Map<string, Map<string, Set<string>>>();
  for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const [, name = '', labels = ''] = /^([a-z0-9_]+)(?:\{(.*)\})? /i.exec(line) ?? [];
    const known = series.get(name) ?? new Map<string, Set<string>>();
    series.set(name, known);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
      known.set(label, (known.get(label) ?? new Set()).add(value));
  }
  return series;
}

const NAME = /\b(?:calque|process|nodejs)_[a-z0-9_]+/g;
/** Prometheus puts them on every series. */
const OF_SCRAPES = ['instance', 'job'];
const OF_ALERTS = ['alertname', 'severity'];

/** What a query asks for that no scrape has: names, labels, and values of labels. */
function unknownIn(query: string, series: Series): string[] {
  const names = (query.match(NAME) ?? []).filter((name) => !series.has(name));
  const inMatchers = [...query.matchAll(/([a-z0-9_]+)\{([^}]*)\}/g)].flatMap(
    ([, name = '', matchers = '']) => (series.has(name) ? unknownMatchers(name, matchers, series) : []),
  );
  return [...names, ...inMatchers, ...unknownGrouping(query, series)];
}

function unknownMatchers(name: string, matchers: string, series: Series): string[] {
  return [...matchers.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)].flatMap(([, label = '', pattern = '']) => {
    if (OF_SCRAPES.includes(label)) return [];
    const values = series.get(name)?.get(label);
    if (values === undefined) return [`${name}{${label}}`];
    if (/[$.]/.test(pattern)) return [];
    return pattern.split('|').flatMap((value) => (values.has(value) ? [] : [`${name}{${label}="${value}"}`]));
  });
}

function unknownGrouping(query: string, series: Series): string[] {
  const known = new Set([...OF_SCRAPES, ...[...series.values()].flatMap((labels) => [...labels.keys()])]);
  return [...query.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g)]
    .flatMap(([, labels = '']) => labels.split(',').map((label) => label.trim()))
    .filter((label) => label !== '' && !known.has(label));
}

/** Every string below a key that holds a query. */
function queriesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' && ['expr', 'query', 'definition'].includes(key) ? [inner] : queriesOf(inner),
  );
}

const alertsIn = (text: string): string[] =>
  [...text.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

describe('the files of deploy/', () => {
  test('the alert rules ask for series, labels and values that the server has', async () => {
    const series = await everything();
    const rules = read(RULES);
    expect(rules.match(NAME)?.length).toBeGreaterThan(20);
    expect(unknownIn(rules, series)).toEqual([]);
    const labels = [...rules.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    expect(labels.flatMap((label) => unknownIn(`sum by (${label})`, series))).toEqual([]);
  });

  test('the tests of the rules feed series that the server has', async () => {
    const series = await everything();
    const text = read(RULE_TESTS);
    expect((text.match(NAME) ?? []).filter((name) => !series.has(name))).toEqual([]);
    const fed = [...text.matchAll(/'(\w+)\{([^}]*)\}'/g)].flatMap(([, name = '', labels = '']) =>
      [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => ({ name, label })),
    );
    const unknown = fed.filter(
      ({ name, label }) => name !== 'up' && name !== '' && ![...OF_SCRAPES, ...OF_ALERTS].includes(label),
    );
    expect(unknown.filter(({ name, label }) => series.get(name)?.has(label) !== true)).toEqual([]);
  });

  test('every query of the dashboard asks for series, labels and values that the server has', async () => {
    const series = await everything();
    const queries = queriesOf(JSON.parse(read(DASHBOARD)));
    expect(queries.length).toBeGreaterThan(50);
    expect(queries.flatMap((query) => unknownIn(query, series))).toEqual([]);
  });

  test('the dashboard shows every figure that Calque counts', async () => {
    const series = await everything();
    const queries = queriesOf(JSON.parse(read(DASHBOARD))).join('\n');
    const figures = new Set(
      [...series.keys()]
        .filter((name) => name.startsWith('calque_'))
        .map((name) => name.replace(/_(?:bucket|sum|count)$/, '')),
    );
    expect([...figures].filter((name) => !queries.includes(name))).toEqual([]);
  });

  test('every alert has its tests, and its place in the guide that its address names', () => {
    const rules = read(RULES);
    const alerts = alertsIn(rules);
    const tests = read(RULE_TESTS);
    const headings = [...read('docs/operations.md').matchAll(/^#+ (\w+)$/gm)].map(([, title = '']) => title);
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.filter((name) => !tests.includes(name))).toEqual([]);
    expect(headings.filter((title) => title.startsWith('Calque'))).toEqual(alerts);
    expect([...rules.matchAll(/operations\.md#(\w+)/g)].map(([, anchor]) => anchor)).toEqual(
      alerts.map((name) => name.toLowerCase()),
    );
  });

  test('docs/monitoring.md names every figure that Calque counts', async () => {
    const text = read('docs/monitoring.md');
    const names = [...(await everything()).keys()].filter((name) => name.startsWith('calque_'));
    expect(names.filter((name) => !text.includes(name.replace(/_(?:bucket|sum|count)$/, '')))).toEqual([]);
  });

  test('a name, a label or a value that is misspelt would be found', async () => {
    const series = await everything();
    expect(unknownIn('rate(calque_prediction_total[5m])', series)).toEqual(['calque_prediction_total']);
    expect(unknownIn('calque_masks_total{extend="empty"}', series)).toEqual(['calque_masks_total{extend}']);
    expect(unknownIn('calque_masks_total{extent=~"empty|fully"}', series)).toEqual([
      'calque_masks_total{extent="fully"}',
    ]);
    expect(unknownIn('sum by (modell) (calque_masks_total)', series)).toEqual(['modell']);
  });
});
