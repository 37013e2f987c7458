import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';
import { openTracing } from './open-tracing.ts';

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

interface OtlpBody {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

let receiver: Server;
const bodies: OtlpBody[] = [];
const paths: (string | undefined)[] = [];
beforeEach(async () => {
  bodies.length = 0;
  paths.length = 0;
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      paths.push(request.url);
      bodies.push(JSON.parse(body) as OtlpBody);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  const { port } = receiver.address() as AddressInfo;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => receiver.close(resolve));
});

test('a prompt makes a span of its request, below that of the caller, with a span for every stage', async () => {
  const tracing = openTracing('0.0.0');
  const harness = await ServerHarness.create({
    files: { 'a.jpg': [64, 48] },
    engine: { stageMs: 0.5 },
    tracing,
  });
  const caller = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };
  await harness.inject('POST', `${harness.path(await harness.image('a.jpg'))}/predictions`, {
    payload: { prompt: { box: { x1: 10, y1: 8, x2: 40, y2: 30 }, points: [], maskId: null }, model: 'fake' },
    headers: { 'x-request-id': 'run-17', traceparent: `00-${caller.trace}-${caller.span}-01` },
  });
  await harness.close();
  await tracing.close();
  expect(paths).toEqual(['/v1/traces']);
  const spans = bodies.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  const request = spans.find(({ name }) => name.startsWith('POST /api/datasets/:datasetId'));
  expect(request).toMatchObject({ traceId: caller.trace, parentSpanId: caller.span });
  expect(request?.attributes).toContainEqual({ key: 'calque.request_id', value: { stringValue: 'run-17' } });
  const stages = spans.filter((span) => span !== request);
  const named = stages.map(({ name }) => name).filter((name) => name !== 'queue');
  expect(named).toEqual(['read', 'preprocess', 'encode', 'decode', 'postprocess', 'measure']);
  for (const stage of stages) {
    expect(stage).toMatchObject({ traceId: caller.trace, parentSpanId: request?.spanId });
    expect(BigInt(stage.endTimeUnixNano)).toBeGreaterThan(BigInt(stage.startTimeUnixNano));
  }
  expect(JSON.stringify(bodies)).not.toContain('"x1"');
});
