// @ts-check
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Name of the file in a bundle that says which sources it was made from. */
export const STAMP_NAME = 'sources.txt';

/**
 * The folder of a bundle that is up to date, made now where there is none.
 *
 * @param {string} packageFolder packages/cli
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<URL>} the bundle's main module
 */
export async function freshBundle(packageFolder, env) {
  const stamp = sourcesStamp(path.resolve(packageFolder, '..'));
  const beside = path.join(packageFolder, 'dist');
  if (hasStamp(beside, stamp)) return mainModule(beside);
  if (canReplace(packageFolder)) return build(packageFolder, beside, stamp);
  const cached = cacheFolder(packageFolder, env);
  if (hasStamp(cached, stamp)) return mainModule(cached);
  linkDependencies(packageFolder, cached);
  return build(packageFolder, cached, stamp);
}

/**
 * What changes when a source file is added, removed or written: their number, sizes and newest modification time.
 *
 * @param {string} packagesFolder
 * @param {{ packages?: readonly string[], also?: readonly string[] }} [options] `also`: further files and folders
 */
export function sourcesStamp(packagesFolder, { packages = bundledPackages(packagesFolder), also = [] } = {}) {
  const total = { files: 0, bytes: 0, newestMs: 0 };
  for (const place of also) {
    if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) addFolder(place, total);
    else addFile(place, total);
  }
  for (const name of packages) {
    addFile(path.join(packagesFolder, name, 'package.json'), total);
    addFolder(path.join(packagesFolder, name, 'bin'), total);
    addFolder(path.join(packagesFolder, name, 'src'), total);
  }
  return `${total.files} files ${total.bytes} bytes ${Math.round(total.newestMs)}`;
}

/**
 * The page is built by itself: a change to it makes no other command line.
 *
 * @param {string} packagesFolder
 */
function bundledPackages(packagesFolder) {
  return readdirSync(packagesFolder).filter((name) => name !== 'web');
}

/**
 * @typedef {{ files: number, bytes: number, newestMs: number }} Total
 * @param {string} folder
 * @param {Total} total
 */
function addFolder(folder, total) {
  for (const entry of listFolder(folder)) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) addFolder(full, total);
    else if (!/\.test\.tsx?$/.test(entry.name)) addFile(full, total);
  }
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * @param {string} file
 * @param {Total} total
 */
function addFile(file, total) {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return;
  total.files += 1;
  total.bytes += stats.size;
  total.newestMs = Math.max(total.newestMs, stats.mtimeMs);
}

/**
 * @param {string} folder
 * @param {string} stamp
 */
export function hasStamp(folder, stamp) {
  try {
    return readFileSync(path.join(folder, STAMP_NAME), 'utf8') === stamp;
  } catch {
    return false;
  }
}

/** @param {string} folder */
function mainModule(folder) {
  return pathToFileURL(path.join(folder, 'main.js'));
}

/** @param {string} packageFolder */
export function canReplace(packageFolder) {
  try {
    accessSync(packageFolder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} packageFolder
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function cacheFolder(packageFolder, env) {
  const base =
    env['CALQUE_HOME'] ?? path.join(env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'calque');
  const checkout = createHash('sha256').update(packageFolder).digest('hex').slice(0, 16);
  return path.join(base, 'bundles', checkout, 'dist');
}

/**
 * Makes the npm packages of the checkout resolvable from a bundle that lies elsewhere.
 *
 * @param {string} packageFolder
 * @param {string} bundleFolder
 */
function linkDependencies(packageFolder, bundleFolder) {
  const link = path.join(path.dirname(bundleFolder), 'node_modules');
  try {
    mkdirSync(path.dirname(link), { recursive: true });
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
    symlinkSync(path.resolve(packageFolder, '../../node_modules'), link, 'junction');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return;
    throw new Error(
      `the checkout ${packageFolder} is read-only and ${path.dirname(link)} cannot be written either. ` +
        'Set CALQUE_HOME to a folder that can be, or run `npm run build` in the checkout once with the rights to write',
      { cause: error },
    );
  }
}

/**
 * @param {string} packageFolder
 * @param {string} target
 * @param {string} stamp
 */
async function build(packageFolder, target, stamp) {
  const { buildBundle } = await import('./build.js');
  await buildBundle({ packageFolder, target, stamp });
  return mainModule(target);
}
