// Runs a TypeScript file of this repository on any supported Node: bundles it beside the cache, imports the bundle.
// Usage: node scripts/run-ts.js FILE.ts [arguments]
import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Usage: node scripts/run-ts.js FILE.ts [arguments]\n');
  process.exit(2);
}

const outfile = join(root, '.cache', 'run-ts', `${basename(file, '.ts')}.js`);
mkdirSync(join(outfile, '..'), { recursive: true });
await build({
  entryPoints: [resolve(file)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['calque-source'],
  // Workspace packages are source and go into the bundle; what npm installed stays outside it.
  plugins: [{ name: 'external-packages', setup: keepInstalledPackagesOutside }],
  logLevel: 'warning',
});
process.argv.splice(1, process.argv.length, outfile, ...rest);
await import(pathToFileURL(outfile).href);

function keepInstalledPackagesOutside(context) {
  context.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'entry-point' || path.startsWith('@calque/') ? undefined : { path, external: true },
  );
}
