import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

export interface RegistryOptions {
  readonly package: string;
  readonly version: string;
  /** By path inside the package. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** After how many bytes each answer for the tarball in turn is cut. */
  readonly cuts?: (number | undefined)[];
  /** How many requests are answered with 503 at first. */
  readonly busy?: number;
  /** Takes requests and answers none. */
  readonly silent?: boolean;
  /** Refuses requests without this token. */
  readonly token?: string;
}

export interface Registry extends AsyncDisposable {
  readonly url: string;
  readonly tarball: Uint8Array;
  readonly requests: readonly string[];
}

/** An npm registry on the loopback interface that knows one package. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const tarball = await packPackage(options);
  const requests: string[] = [];
  const cuts = [...(options.cuts ?? [])];
  let url = '';
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    requests.push(path);
    if (options.silent === true) return;
    if (requests.length <= (options.busy ?? 0)) {
      response.writeHead(503).end('{}');
      return;
    }
    if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
      response.writeHead(401).end('{}');
    } else if (path === options.package) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(packument(options, url, tarball));
    } else if (path === 'tarball.tgz') {
      const cut = cuts.shift();
      response.writeHead(200, { 'content-length': tarball.length });
      if (cut === undefined) response.end(tarball);
      else response.write(tarball.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
    } else {
      response.writeHead(404).end('{"error":"not found"}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    tarball,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function packument(options: RegistryOptions, url: string, tarball: Uint8Array): string {
  const { package: name, version } = options;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const manifest = { name, version, dist: { tarball: `${url}tarball.tgz`, integrity } };
  return JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: manifest } });
}

/** What `npm pack` would write. */
export async function packPackage(options: RegistryOptions): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-pack-'));
  try {
    const { package: name, version } = options;
    const files = {
      ...options.files,
      'package.json': new TextEncoder().encode(JSON.stringify({ name, version })),
    };
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, 'package', path)), { recursive: true });
      await writeFile(join(folder, 'package', path), bytes);
    }
    await create({ file: join(folder, 'out.tgz'), cwd: folder, gzip: true, portable: true }, ['package']);
    return await readFile(join(folder, 'out.tgz'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
