import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repositoryRoot } from '../architecture/workspace.ts';

const runtimeFolder = join(repositoryRoot, 'node_modules/onnxruntime-web/dist');

/** A page that holds the browser's decoder as `calque`, isolated as the server's pages are, and files for it to fetch. */
export interface DecoderPage {
  readonly address: string;
  close(): Promise<void>;
}

export async function serveDecoderPage(files: Readonly<Record<string, Uint8Array>>): Promise<DecoderPage> {
  const [page, worker] = await Promise.all([bundled('index.ts'), bundled('decoder.worker.ts')]);
  const contents: Record<string, string | Uint8Array> = {
    ...files,
    '/': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    '/page.js': page,
    // Where the page's bundle looks for it.
    '/decoder.worker.ts': worker,
  };
  const server = createServer((request, response) => {
    void contentOf(contents, request.url ?? '/').then((content) => {
      response.writeHead(content === undefined ? 404 : 200, {
        'content-type': typeOf(request.url ?? '/'),
        'content-security-policy': "default-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      response.end(content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, close: () => closed(server) };
}

async function contentOf(
  contents: Readonly<Record<string, string | Uint8Array>>,
  path: string,
): Promise<string | Uint8Array | undefined> {
  if (!path.startsWith('/onnxruntime-web/')) return contents[path];
  return readFile(join(runtimeFolder, path.slice('/onnxruntime-web/'.length)));
}

function typeOf(path: string): string {
  if (path === '/') return 'text/html';
  if (path.endsWith('.wasm')) return 'application/wasm';
  return /\.(m?js|ts)$/.test(path) ? 'text/javascript' : 'application/octet-stream';
}

async function bundled(name: string): Promise<string> {
  const entry = join(repositoryRoot, 'packages/engine/src/browser', name);
  const code =
    name === 'index.ts'
      ? {
          stdin: {
            contents: `globalThis.calque = import(${JSON.stringify(entry)});`,
            resolveDir: import.meta.dirname,
          },
        }
      : { entryPoints: [entry] };
  const { outputFiles } = await build({
    ...code,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    conditions: ['calque-source', 'onnxruntime-web-use-extern-wasm'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
