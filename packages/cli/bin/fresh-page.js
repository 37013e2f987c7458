// @ts-check
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, canReplace, hasStamp, STAMP_NAME, sourcesStamp } from './fresh-bundle.js';

/** What the page is made of, besides its own folder. */
const PACKAGES = ['web', 'api', 'core', 'engine', 'models'];
const PAGE_FILES = ['index.html', 'vite.config.ts', 'public'];

/**
 * The folder of a page that is up to date, built now where there is none.
 *
 * @param {string} packageFolder packages/cli
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<string>}
 */
export async function freshPage(packageFolder, env) {
  const web = path.resolve(packageFolder, '../web');
  const stamp = sourcesStamp(path.resolve(packageFolder, '..'), {
    packages: PACKAGES,
    also: PAGE_FILES.map((name) => path.join(web, name)),
  });
  const beside = path.join(web, 'dist');
  if (hasStamp(beside, stamp)) return beside;
  const target = canReplace(web) ? beside : path.join(path.dirname(cacheFolder(packageFolder, env)), 'page');
  if (!hasStamp(target, stamp)) await buildPage(web, target, stamp);
  return target;
}

/**
 * @param {string} web
 * @param {string} target
 * @param {string} stamp
 */
async function buildPage(web, target, stamp) {
  process.stderr.write('building the page, once and after changes\n');
  await mkdir(path.dirname(target), { recursive: true });
  const aside = await mkdtemp(`${target}-`);
  try {
    await runVite(web, aside);
    await writeFile(path.join(aside, STAMP_NAME), stamp);
    const { replaceFolder } = await import('./build.js');
    await replaceFolder(aside, target, stamp);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
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
  try {
    await promisify(execFile)(process.execPath, argv, { cwd: web, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = '', message } = /** @type {Error & { stderr?: string }} */ (error);
    throw new Error(`the page could not be built: ${stderr.trim() || message}`, { cause: error });
  }
}
