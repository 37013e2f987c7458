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

/**
 * Where the page lies, for the one command that shows it.
 *
 * @returns {Promise<string | null>}
 */
async function findPage() {
  if (!process.argv.includes('serve') || process.argv.includes('--help')) return null;
  if (!isCheckout) return fileURLToPath(new URL('dist/page', packageFolder));
  const { freshPage } = await import('./fresh-page.js');
  return freshPage(fileURLToPath(packageFolder), process.env);
}

try {
  const bundle = await findBundle();
  const { main } = await import(bundle.href);
  await main({ pageFolder: await findPage() });
} catch (error) {
  process.stderr.write(`calque: cannot start: ${textOf(error)}\n`);
  process.exitCode = 1;
}

/** @param {unknown} error */
function textOf(error) {
  if (!(error instanceof Error)) return String(error);
  return process.argv.includes('--debug') ? error.stack : error.message;
}
