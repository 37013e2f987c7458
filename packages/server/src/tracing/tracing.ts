import type { IncomingHttpHeaders } from 'node:http';

/** Who collects traces, on one screen. There is none unless an endpoint is set: see open-tracing.ts. */
export interface Tracing {
  /** Begins the span of a request, below that of the caller where it names one (W3C `traceparent`). */
  begin(request: TracedRequest): RequestSpan;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TracedRequest {
  readonly method: string;
  /** By its pattern, `/api/datasets/:datasetId`: an address would name images. */
  readonly route: string;
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
}

export interface RequestSpan {
  /** Stages that follow one another, the last of which has just ended. Those without a duration are left out. */
  stages(stages: readonly Stage[], attributes: Readonly<Record<string, string>>): void;
  end(answer: { readonly status: number; readonly code: string | null }): void;
}

export interface Stage {
  readonly name: string;
  readonly ms: number;
}
