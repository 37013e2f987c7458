#!/usr/bin/env node
// @ts-check
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Starts the command line from its bundle. A published package ships the bundle; a checkout has none after `npm ci`
 * (install scripts do not run) and Node 20 cannot run TypeScript, so there the bundle is made at the first start and
 * again whenever a source file changed.
 */
const packageFolder = new URL('../', import.meta.url);
const isCheckout = existsSync(new URL('src/main.ts', packageFolder));

/** @returns {Promise<URL>} */
async function findBundle() {
  if (!isCheckout) return new URL('dist/main.js', packageFolder);
  const { freshBundle } = await import('./fresh-bundle.js');
  return freshBundle(fileURLToPath(packageFolder), process.env);
}

try {
  const bundle = await findBundle();
  const { main } = await import(bundle.href);
  await main();
} catch (error) {
  const line = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `calque: cannot start: ${process.argv.includes('--debug') ? /** @type {Error} */ (error.stack ?? line) : line}\n`,
  );
  process.exitCode = 1;
}
