// Bundles a TypeScript file so that any supported Node runs it: Node 20 does not strip types.
import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('../.cache/bundles/', import.meta.url));

/** Returns the address of the bundle. Workspace packages are source and go into it; what npm installed stays outside. */
export async function bundleTypeScript(file) {
  const outfile = join(folder, basename(dirname(resolve(file))), `${basename(file, '.ts')}.js`);
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [resolve(file)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    conditions: ['calque-source'],
    plugins: [{ name: 'installed-packages-outside', setup: keepInstalledPackagesOutside }],
    logLevel: 'warning',
  });
  return pathToFileURL(outfile).href;
}

function keepInstalledPackagesOutside(context) {
  context.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'entry-point' || path.startsWith('@calque/') ? undefined : { path, external: true },
  );
}
