// @ts-check
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleCacheFolder, canWrite, contentName, INSTALLED } from './fresh-bundle.js';

/** What the page is made of. */
const INGREDIENTS = {
  packages: ['web', 'api', 'core', 'engine', 'models'],
  also: ['packages/web/index.html', 'packages/web/vite.config.ts', 'packages/web/public', INSTALLED],
  tool: 'vite',
};

/**
 * The folder of a page that is up to date, built now where there is none. Other sources make another folder, so that a
 * server that runs keeps the page that it serves.
 *
 * @param {string} packageFolder packages/cli
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<string>}
 */
export async function freshPage(packageFolder, env) {
  const web = path.resolve(packageFolder, '../web');
  const name = contentName(path.resolve(packageFolder, '../..'), INGREDIENTS);
  const beside = path.join(web, 'dist');
  if (hasPage(beside, name)) return path.join(beside, name);
  const writable = canWrite(existsSync(beside) ? beside : web);
  const pages = writable ? beside : path.join(path.dirname(bundleCacheFolder(packageFolder, env)), 'pages');
  if (!hasPage(pages, name)) await buildPage(web, pages, name);
  return path.join(pages, name);
}

/**
 * A page is renamed into its place when it is whole.
 *
 * @param {string} pages
 * @param {string} name
 */
function hasPage(pages, name) {
  return existsSync(path.join(pages, name, 'index.html'));
}

/**
 * @param {string} web
 * @param {string} pages
 * @param {string} name
 */
async function buildPage(web, pages, name) {
  process.stderr.write('building the page, once and after changes\n');
  await mkdir(pages, { recursive: true });
  const { ASIDE, removeOlder } = await import('./build.js');
  const aside = await mkdtemp(path.join(pages, ASIDE));
  try {
    // A temporary folder is private, a page is for everybody who can read the checkout.
    await chmod(aside, 0o755);
    await runVite(web, aside);
    await rename(aside, path.join(pages, name)).catch((error) => {
      // Another process was faster.
      if (!hasPage(pages, name)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await removeOlder(pages, name);
}

/**
 * In a process of its own: what it loads is not needed afterwards.
 *
 * @param {string} web
 * @param {string} outDir
 */
async function runVite(web, outDir) {
  const require = createRequire(pathToFileURL(path.join(web, 'package.json')));
  const manifest = require.resolve('vite/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const vite = path.join(path.dirname(manifest), bin.vite);
  if (!existsSync(vite)) throw new Error('vite is not installed. Run `npm ci`');
  const argv = [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  // Whatever is set where the command is started: a page for development would answer by itself.
  const env = { ...process.env, NODE_ENV: 'production' };
  try {
    await promisify(execFile)(process.execPath, argv, { cwd: web, env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = '', message } = /** @type {Error & { stderr?: string }} */ (error);
    throw new Error(`the page could not be built: ${stderr.trim() || message}`, { cause: error });
  }
}
