// @ts-check
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Of a bundle, and of `dist`, where it stands for the newest one. */
export const MAIN_MODULE = 'main.js';

/** npm writes it at each install: what goes into a bundle is what is installed, not what should be. */
export const INSTALLED = 'node_modules/.package-lock.json';

/** Folders in `dist` of this form are bundles. */
export const BUNDLE_NAME = /^[0-9a-f]{16}$/;

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
  if (canWrite(existsSync(beside) ? beside : packageFolder)) return build(packageFolder, beside, name);
  const cached = bundleCacheFolder(packageFolder, env);
  linkDependencies(packageFolder, cached);
  if (hasBundle(cached, name)) return mainModule(cached, name);
  return build(packageFolder, cached, name);
}

/**
 * The folder of a bundle in `dist`: another one whenever what it is made from is another. So a command that runs keeps
 * its files while the next one is bundled.
 *
 * @param {string} checkout
 */
export function bundleName(checkout) {
  // The page is built by itself: a change to it makes no other command line.
  const packages = readdirSync(path.join(checkout, 'packages')).filter((name) => name !== 'web');
  return contentName(checkout, { packages, also: ['samples', INSTALLED], tool: 'esbuild' });
}

/**
 * Of 16 hexadecimal digits: another one whenever the sources are others.
 *
 * @param {string} checkout
 * @param {Ingredients} ingredients
 */
export function contentName(checkout, ingredients) {
  const hash = createHash('sha256');
  for (const line of sourceLines(checkout, ingredients)) hash.update(`${line}\n`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * @typedef {{ packages: readonly string[], also: readonly string[], tool: string }} Ingredients `also`: files and
 *   folders, relative to the checkout; `tool`: the npm package that puts them together.
 */

/**
 * Name, size and modification time of each source file, and the version of the tool.
 *
 * @param {string} checkout
 * @param {Ingredients} ingredients
 * @returns {string[]}
 */
function sourceLines(checkout, { packages, also, tool }) {
  /** @type {string[]} */
  const files = [];
  for (const name of packages) {
    const folder = path.join(checkout, 'packages', name);
    files.push(path.join(folder, 'package.json'));
    addFolder(path.join(folder, 'bin'), files);
    addFolder(path.join(folder, 'src'), files);
  }
  for (const place of also.map((name) => path.join(checkout, name))) {
    if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) addFolder(place, files);
    else files.push(place);
  }
  const lines = files.flatMap((file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? [] : [`${path.relative(checkout, file)} ${stats.size} ${stats.mtimeMs}`];
  });
  return [`${tool} ${versionOf(checkout, tool)}`, ...lines.sort()];
}

/** Files of `samples` that `calque doctor` needs, in a published package too. */
export const SELF_TEST = [
  { from: 'breakfast.jpg', to: 'self-test.jpg' },
  { from: 'breakfast.labels.png', to: 'self-test.labels.png' },
];

/**
 * @param {string} checkout
 * @param {string} tool
 */
function versionOf(checkout, tool) {
  try {
    return JSON.parse(readFileSync(path.join(checkout, 'node_modules', tool, 'package.json'), 'utf8'))
      .version;
  } catch {
    return 'unknown';
  }
}

/**
 * @param {string} folder
 * @param {string[]} files
 */
function addFolder(folder, files) {
  for (const entry of listFolder(folder)) {
    // Who serves `samples` has the dataset's state in it.
    if (entry.name.startsWith('.')) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) addFolder(full, files);
    else if (!/\.test\.tsx?$/.test(entry.name)) files.push(full);
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
 * A bundle is renamed into its place when it is whole.
 *
 * @param {string} dist
 * @param {string} name
 */
function hasBundle(dist, name) {
  return existsSync(path.join(dist, name, MAIN_MODULE));
}

/**
 * Of a bundle that is about to run: its time says when that was, so that no build removes it soon.
 *
 * @param {string} dist
 * @param {string} name
 */
function mainModule(dist, name) {
  const folder = path.join(dist, name);
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // Another user's: its time stays that of the build.
  }
  return pathToFileURL(path.join(folder, MAIN_MODULE));
}

/** @param {string} folder */
export function canWrite(folder) {
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
  const packages = path.resolve(packageFolder, '../../node_modules');
  if (leadsTo(link, packages)) return;
  try {
    mkdirSync(path.dirname(link), { recursive: true });
    const aside = `${link}.${process.pid}`;
    rmSync(aside, { force: true });
    symlinkSync(packages, aside, 'junction');
    // At once: who runs from the bundle may import a package right now.
    renameSync(aside, link);
  } catch (error) {
    throw new Error(
      `the checkout ${packageFolder} is read-only and ${path.dirname(link)} cannot be written either. ` +
        'Set CALQUE_HOME to a folder that can be, or run `npm run build` in the checkout once with the rights to write',
      { cause: error },
    );
  }
}

/**
 * @param {string} link
 * @param {string} target
 */
function leadsTo(link, target) {
  try {
    return readlinkSync(link) === target;
  } catch {
    return false;
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
