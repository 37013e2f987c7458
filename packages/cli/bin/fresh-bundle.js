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
  const hash = createHash('sha256');
  for (const line of sourceLines(checkout)) hash.update(`${line}\n`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * What a bundle is made from: name, size and modification time of each source file and of the samples of the
 * self-test, and the version of the bundler.
 *
 * @param {string} checkout
 * @returns {string[]}
 */
function sourceLines(checkout) {
  /** @type {string[]} */
  const files = [];
  const packagesFolder = path.join(checkout, 'packages');
  for (const name of readdirSync(packagesFolder)) {
    files.push(path.join(packagesFolder, name, 'package.json'));
    addFolder(path.join(packagesFolder, name, 'bin'), files);
    addFolder(path.join(packagesFolder, name, 'src'), files);
  }
  for (const { from } of SELF_TEST) files.push(path.join(checkout, 'samples', from));
  const lines = files.flatMap((file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? [] : [`${path.relative(checkout, file)} ${stats.size} ${stats.mtimeMs}`];
  });
  return [`esbuild ${bundlerVersion(checkout)}`, ...lines.sort()];
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
 * @param {string} folder
 * @param {string[]} files
 */
function addFolder(folder, files) {
  for (const entry of listFolder(folder)) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) addFolder(full, files);
    else if (!entry.name.endsWith('.test.ts')) files.push(full);
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
function bundleCacheFolder(packageFolder, env) {
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
