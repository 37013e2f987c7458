import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, type Route, routes } from '@calque/api';
import { CalqueError } from '@calque/core';
import { FakeStore, ServerHarness, TOKEN } from '../../../packages/server/src/testing/server-harness.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';
import type { RandomSource } from '../random-source.ts';
import { sampleOfSchema } from '../sample-of-schema.ts';
import { COCO_SEEDS } from './document-targets.ts';

/** A request as it is sent; kept as JSON where it makes a finding. */
interface FuzzedRequest {
  readonly method: Route['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Latin 1, so that any bytes go through JSON. */
  readonly payload?: string;
}

/** What cannot be answered in memory, or ends what the others need. */
const LEFT_OUT = new Set(['startReport', 'pullModel', 'readBundle']);

const FAULTY = [
  '',
  '..',
  '%2e%2e%2f',
  '%00',
  'a'.repeat(300),
  '%',
  '\u{1f600}',
  '0',
  '-1',
  '1e9',
  '[object Object]',
  '__proto__',
];

/** Requests to every route of the table: what fits its schema, changed. An answer of 500 is a finding, whatever it says. */
export const apiTarget: FuzzTarget = {
  name: 'api',
  parts: 14,
  async open(folder) {
    const store = new FakeStore();
    store.decoderPath = join(folder, 'decoder.onnx');
    await writeFile(store.decoderPath, 'a decoder');
    const harness = await ServerHarness.create({
      store,
      files: { 'a.jpg': [24, 17], 'b.png': [40, 30] },
      limits: {
        requestsPerMinute: Number.MAX_SAFE_INTEGER,
        loginsPerMinute: Number.MAX_SAFE_INTEGER,
        bodyBytes: 4_000_000,
      },
    });
    const names = Object.keys(routes).filter((name) => !LEFT_OUT.has(name));
    const imageId = await harness.image('a.jpg');
    const texts = [
      harness.dataset.id,
      imageId,
      await harness.image('b.png'),
      'fake',
      'page-1',
      'a'.repeat(64),
      '3_4.jpeg',
      '2026-11-24T08:00:00.000Z',
      '',
    ];
    return {
      input(random) {
        const route: Route = routes[random.pick(names) as keyof typeof routes];
        return Buffer.from(
          JSON.stringify(
            requestOf(route, { datasetId: harness.dataset.id, imageId, modelId: 'fake' }, texts, random),
          ),
        );
      },
      async parse(input) {
        const { method, url, headers, payload } = JSON.parse(
          Buffer.from(input).toString('utf8'),
        ) as FuzzedRequest;
        const answer = await harness.app.inject({
          method,
          url,
          headers,
          ...(payload === undefined ? {} : { payload: Buffer.from(payload, 'latin1') }),
        });
        const [fault] = harness.faults.splice(0);
        if (fault !== undefined) throw fault instanceof Error ? fault : new Error(String(fault));
        if (answer.statusCode >= 500 && answer.statusCode !== 503)
          throw new Error(`${answer.statusCode}: ${answer.body.slice(0, 500)}`);
        if (answer.statusCode < 400) return;
        throw problemIn(answer.statusCode, answer.body);
      },
      close: () => harness.close(),
    };
  },
};

/** Every refusal is a problem with a code; anything else is a finding. */
function problemIn(status: number, body: string): Error {
  const problem = JSON.parse(body) as Partial<Problem>;
  if (typeof problem.code !== 'string') return new Error(`${status} without a code: ${body.slice(0, 500)}`);
  return new CalqueError({ code: problem.code, message: problem.detail ?? '', expected: 'a problem' });
}

function requestOf(
  route: Route,
  ids: Readonly<Record<string, string>>,
  texts: readonly string[],
  random: RandomSource,
): FuzzedRequest {
  const params = (route.params === undefined ? {} : sampleOfSchema(route.params, texts, random)) as Record<
    string,
    unknown
  >;
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    if (random.chance(12)) return random.pick(FAULTY);
    return encodeURIComponent(String(ids[name] ?? params[name] ?? 'none'));
  });
  const headers = { host: '127.0.0.1', authorization: `Bearer ${TOKEN}`, ...oddHeaders(random) };
  const request = { method: route.method, url: `${path}${queryOf(route, texts, random)}`, headers };
  if (route.method === 'GET') return request;
  return { ...request, ...bodyOf(route, texts, random) };
}

function queryOf(route: Route, texts: readonly string[], random: RandomSource): string {
  const sample = (route.query === undefined ? {} : sampleOfSchema(route.query, texts, random)) as Record<
    string,
    unknown
  >;
  const query = new URLSearchParams(
    Object.entries(sample).map(([name, value]): [string, string] => [name, String(value)]),
  );
  if (random.chance(6) && query.size > 0) query.set(random.pick([...query.keys()]), random.pick(FAULTY));
  if (random.chance(12))
    query.append(random.pick(['token', '__proto__', 'limit', 'format', 'after']), random.pick(FAULTY));
  return query.size === 0 ? '' : `?${query}`;
}

function oddHeaders(random: RandomSource): Record<string, string> {
  if (!random.chance(10)) return {};
  return random.pick([
    { origin: 'null' },
    { cookie: `calque-test=${'%'.repeat(20)}; a=b; ;=` },
    { 'if-none-match': '"x", W/"y"' },
    { range: 'bytes=5-2' },
    { 'last-event-id': '-1' },
    { host: '[::1' },
    { 'accept-encoding': 'gzip;q=nan' },
  ] as const);
}

const BOUNDARY = 'fuzz-boundary';

function bodyOf(
  route: Route,
  texts: readonly string[],
  random: RandomSource,
): { payload: string; headers: Record<string, string> } {
  const common = { host: '127.0.0.1', authorization: `Bearer ${TOKEN}` };
  if (route.body === undefined && /\/(images|import)$/.test(route.path)) {
    const bytes = mutateBytes(
      [formOf('a.json', JSON.stringify(COCO_SEEDS[0])), formOf('x.png', '\u0089PNG\r\n\u001a\n')],
      random,
    );
    return {
      payload: Buffer.from(bytes).toString('latin1'),
      headers: { ...common, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    };
  }
  const sample = route.body === undefined ? {} : sampleOfSchema(route.body, texts, random);
  const text = random.chance(6) ? JSON.stringify(sample) : mutateJson([sample], random);
  const type = random.chance(20)
    ? random.pick(['text/plain', 'application/json; charset=utf-16', 'application/xml', ''])
    : 'application/json';
  return { payload: Buffer.from(text).toString('latin1'), headers: { ...common, 'content-type': type } };
}

function formOf(name: string, content: string): Uint8Array {
  return Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`,
    'latin1',
  );
}
