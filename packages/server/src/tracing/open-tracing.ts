import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { RequestSpan, Stage, TracedRequest, Tracing } from './tracing.ts';

/**
 * Sends spans by OTLP over HTTP to where the usual variables of the environment say (`OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_SERVICE_NAME`, …). Imported only where there is such an endpoint: the libraries are large.
 */
export function openTracing(version: string): Tracing {
  const service = process.env['OTEL_SERVICE_NAME'] ?? 'calque';
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer('calque', version);
  return {
    begin: (request) => new OpenSpan(tracer, request),
    close: () => provider.shutdown(),
  };
}

const propagator = new W3CTraceContextPropagator();
const headerGetter = {
  keys: (headers: TracedRequest['headers']) => Object.keys(headers),
  get: (headers: TracedRequest['headers'], name: string) => headers[name],
};

class OpenSpan implements RequestSpan {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  readonly #startedMs = Date.now();

  constructor(tracer: Tracer, { method, route, requestId, headers }: TracedRequest) {
    const above = propagator.extract(ROOT_CONTEXT, headers, headerGetter);
    this.#tracer = tracer;
    this.#span = tracer.startSpan(
      `${method} ${route}`,
      {
        kind: SpanKind.SERVER,
        startTime: this.#startedMs,
        attributes: {
          'http.request.method': method,
          'http.route': route,
          'calque.request_id': requestId,
        },
      },
      above,
    );
    this.#context = trace.setSpan(above, this.#span);
  }

  stages(stages: readonly Stage[], attributes: Readonly<Record<string, string>>): void {
    const totalMs = stages.reduce((sum, { ms }) => sum + ms, 0);
    let at = Math.max(this.#startedMs, Date.now() - totalMs);
    for (const { name, ms } of stages) {
      if (ms <= 0) continue;
      const span = this.#tracer.startSpan(name, { startTime: at, attributes }, this.#context);
      at += ms;
      span.end(at);
    }
  }

  end({ status, code }: { readonly status: number; readonly code: string | null }): void {
    this.#span.setAttribute('http.response.status_code', status);
    if (code !== null) this.#span.setAttribute('error.type', code);
    if (status >= 500) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}
