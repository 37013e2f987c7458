// @ts-check
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { hasStamp, STAMP_NAME, sourcesStamp } from './fresh-bundle.js';

/**
 * Bundles the workspace's own packages into `target`; npm packages stay imports. The bundle is made aside and renamed,
 * so that a reader sees the old one or the new one, and several builds at once all succeed.
 *
 * @param {{ packageFolder: string, target: string, stamp: string }} options
 */
export async function buildBundle({ packageFolder, target, stamp }) {
  await mkdir(path.dirname(target), { recursive: true });
  const aside = await mkdtemp(`${target}-`);
  try {
    // A temporary folder is private, a bundle is for everybody who can read the checkout.
    await chmod(aside, 0o755);
    await bundleInto(packageFolder, aside);
    await copySelfTest(path.resolve(packageFolder, '../../samples'), aside);
    await copySamples(path.resolve(packageFolder, '../../samples'), aside);
    await writeFile(path.join(aside, STAMP_NAME), stamp);
    await replaceFolder(aside, target, stamp);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * @param {string} packageFolder
 * @param {string} outdir
 */
async function bundleInto(packageFolder, outdir) {
  await build({
    absWorkingDir: packageFolder,
    entryPoints: entryPoints(packageFolder),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['calque-source'],
    external: npmDependencies(path.resolve(packageFolder, '..')),
    chunkNames: '[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
  });
}

/**
 * `calque doctor` segments one of the samples, in a published package too.
 *
 * @param {string} samples
 * @param {string} outdir
 */
async function copySelfTest(samples, outdir) {
  await copyFile(path.join(samples, 'breakfast.jpg'), path.join(outdir, 'self-test.jpg'));
  await copyFile(path.join(samples, 'breakfast.labels.png'), path.join(outdir, 'self-test.labels.png'));
}

/**
 * What `calque serve` opens where it is given no folder.
 *
 * @param {string} samples
 * @param {string} outdir
 */
async function copySamples(samples, outdir) {
  await mkdir(path.join(outdir, 'samples'));
  for (const name of readdirSync(samples)) {
    if (name.endsWith('.jpg')) await copyFile(path.join(samples, name), path.join(outdir, 'samples', name));
  }
}

/** @param {string} packageFolder */
function entryPoints(packageFolder) {
  const child = path.resolve(packageFolder, '../engine/src/node/child/main.ts');
  const main = path.join(packageFolder, 'src/main.ts');
  return existsSync(child) ? { main, 'inference-child': child } : { main };
}

/**
 * Names of the npm packages that the workspaces depend on.
 *
 * @param {string} packagesFolder
 * @returns {string[]}
 */
function npmDependencies(packagesFolder) {
  const names = new Set();
  for (const folder of readdirSync(packagesFolder)) {
    const file = path.join(packagesFolder, folder, 'package.json');
    if (!existsSync(file)) continue;
    const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    for (const name of Object.keys(dependencies)) if (!name.startsWith('@calque/')) names.add(name);
  }
  return [...names];
}

/**
 * A folder cannot be renamed over one that is not empty: the old one is moved away first. Between the two renames
 * another process can put its own bundle there; when that one is of the same sources it serves as well.
 *
 * @param {string} fresh
 * @param {string} target
 * @param {string} stamp
 */
export async function replaceFolder(fresh, target, stamp) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (hasStamp(target, stamp)) return;
    const old = `${fresh}-old`;
    await rename(target, old).catch(ignoreMissing);
    const placed = await rename(fresh, target).then(
      () => true,
      () => false,
    );
    await rm(old, { recursive: true, force: true });
    if (placed) return;
  }
  throw new Error(`could not put the bundle at ${target}. Run \`npm run build\` and look at its message`);
}

/** @param {NodeJS.ErrnoException} error */
function ignoreMissing(error) {
  if (error.code !== 'ENOENT') throw error;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const packageFolder = fileURLToPath(new URL('../', import.meta.url));
  const stamp = sourcesStamp(path.resolve(packageFolder, '..'));
  await rm(path.join(packageFolder, 'dist', STAMP_NAME), { force: true });
  await buildBundle({ packageFolder, target: path.join(packageFolder, 'dist'), stamp });
  process.stdout.write(`${path.join(packageFolder, 'dist')}\n`);
}
