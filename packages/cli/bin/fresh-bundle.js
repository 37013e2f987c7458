// @ts-check
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
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

/**
 * The main module of a bundle that is up to date, made now where there is none.
 *
 * @param {string} packageFolder packages/cli
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<URL>}
 */
export async function freshBundle(packageFolder, env) {
  const name = bundleName(path.resolve(packageFolder, '../..'));
  const beside = path.join(packageFolder, 'dist');
  if (hasBundle(beside, name)) return mainModule(beside, name);
  if (canWrite(packageFolder)) return build(packageFolder, beside, name);
  const cached = bundleCacheFolder(packageFolder, env);
  if (hasBundle(cached, name)) return mainModule(cached, name);
  linkDependencies(packageFolder, cached);
  return build(packageFolder, cached, name);
}

/**
 * The folder of a bundle in `dist`: another one whenever what it is made from is another. So a command that runs keeps
 * its files while the next one is bundled.
 *
 * @param {string} checkout
 */
export function bundleName(checkout) {
  return createHash('sha256').update(sourcesStamp(checkout)).digest('hex').slice(0, 16);
}

/**
 * What changes when a source file or a sample of the self-test is added, removed or written (number, sizes and newest
 * modification time), or when the bundler is another.
 *
 * @param {string} checkout
 */
function sourcesStamp(checkout) {
  const total = { files: 0, bytes: 0, newestMs: 0 };
  const packagesFolder = path.join(checkout, 'packages');
  for (const name of readdirSync(packagesFolder)) {
    addFile(path.join(packagesFolder, name, 'package.json'), total);
    addFolder(path.join(packagesFolder, name, 'bin'), total);
    addFolder(path.join(packagesFolder, name, 'src'), total);
  }
  for (const { from } of SELF_TEST) addFile(path.join(checkout, 'samples', from), total);
  return `${total.files} files ${total.bytes} bytes ${Math.round(total.newestMs)} esbuild ${bundlerVersion(checkout)}`;
}

/** Files of `samples` that `calque doctor` needs, in a published package too. */
export const SELF_TEST = [
  { from: 'breakfast.jpg', to: 'self-test.jpg' },
  { from: 'breakfast.labels.png', to: 'self-test.labels.png' },
];

/** @param {string} checkout */
function bundlerVersion(checkout) {
  try {
    return JSON.parse(readFileSync(path.join(checkout, 'node_modules/esbuild/package.json'), 'utf8')).version;
  } catch {
    return 'unknown';
  }
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
    else if (!entry.name.endsWith('.test.ts')) addFile(full, total);
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
 * A bundle is renamed into its place when it is whole.
 *
 * @param {string} dist
 * @param {string} name
 */
export function hasBundle(dist, name) {
  return existsSync(path.join(dist, name, 'main.js'));
}

/**
 * @param {string} dist
 * @param {string} name
 */
function mainModule(dist, name) {
  return pathToFileURL(path.join(dist, name, 'main.js'));
}

/** @param {string} folder */
function canWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * `dist` of a checkout that cannot be written, below the folder that `calqueHome` of @calque/models names. That one
 * cannot be asked: it is in the bundle.
 *
 * @param {string} packageFolder
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function bundleCacheFolder(packageFolder, env) {
  const checkout = createHash('sha256').update(packageFolder).digest('hex').slice(0, 16);
  return path.join(homeFolder(env), 'bundles', checkout, 'dist');
}

/** @param {Readonly<Record<string, string | undefined>>} env */
function homeFolder(env) {
  if (env['CALQUE_HOME']) return path.resolve(env['CALQUE_HOME']);
  if (process.platform === 'darwin') return path.join(homedir(), 'Library/Caches/calque');
  if (process.platform === 'win32') {
    return path.join(env['LOCALAPPDATA'] || path.join(homedir(), 'AppData/Local'), 'calque/Cache');
  }
  return path.join(env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'calque');
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
 * @param {string} dist
 * @param {string} name
 */
async function build(packageFolder, dist, name) {
  const { buildBundle } = await import('./build.js');
  await buildBundle({ packageFolder, dist, name });
  return mainModule(dist, name);
}
