import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelSource } from '../../../manifest/manifest.ts';

export interface FileServerOptions {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Answers Range with 206; otherwise it sends everything, every time. */
  readonly ranges?: boolean;
  readonly etag?: string;
  /** After how many bytes of its body each answer in turn is cut; undefined for an answer that is not. */
  readonly cuts?: (number | undefined)[];
  /** Called with the file and the number of its bytes sent so far, before a connection is cut. */
  readonly beforeCut?: (name: string, sentBytes: number) => Promise<void>;
  /** Waits before the end of each body until the promise is kept. */
  readonly hold?: Promise<void>;
  /** Answers all requests with this status and no file. */
  readonly status?: number;
  /** Sends no length. */
  readonly chunked?: boolean;
}

export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** Method, path and range of every request. */
  readonly requests: readonly string[];
  source(prefix?: string): ModelSource;
  close(): Promise<void>;
}

/** A file server on the loopback interface that misbehaves as told. `/moved/NAME` leads on to `/NAME`. */
export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const requests: string[] = [];
  const cuts = [...(options.cuts ?? [])];
  const server = createServer((request, response) => {
    const range = request.headers.range === undefined ? '' : ` ${request.headers.range}`;
    requests.push(`${request.method} ${request.url}${range}`);
    answer(request, response, options, cuts).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url,
    requests,
    source: (prefix = '') => ({
      kind: 'https',
      urls: Object.fromEntries(Object.keys(options.files).map((name) => [name, `${url}${prefix}/${name}`])),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: FileServerOptions,
  cuts: (number | undefined)[],
): Promise<void> {
  const path = (request.url ?? '').slice(1);
  if (path.startsWith('moved/')) {
    response.writeHead(302, { location: `/${path.slice('moved/'.length)}` }).end();
    return;
  }
  const bytes = options.files[path];
  if (options.status !== undefined || bytes === undefined) {
    response.writeHead(options.status ?? 404).end('no');
    return;
  }
  const start = startOf(request, options);
  const body = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    ...(options.chunked === true ? {} : { 'content-length': body.length }),
    ...(options.etag === undefined ? {} : { etag: options.etag }),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  const cut = cuts.shift();
  if (cut === undefined || cut >= body.length) return send(response, body, options.hold);
  response.write(body.subarray(0, cut));
  await options.beforeCut?.(path, start + cut);
  response.destroy();
}

function startOf(request: IncomingMessage, options: FileServerOptions): number {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const fresh = request.headers['if-range'] === options.etag;
  return options.ranges === true && match !== null && fresh ? Number(match[1]) : 0;
}

async function send(
  response: ServerResponse,
  body: Uint8Array,
  hold: Promise<void> | undefined,
): Promise<void> {
  const half = body.length >> 1;
  response.write(body.subarray(0, half));
  await hold;
  response.end(body.subarray(half));
}
