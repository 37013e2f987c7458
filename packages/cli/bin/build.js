// @ts-check
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_NAME, bundleName, MAIN_MODULE, SELF_TEST } from './fresh-bundle.js';

/**
 * Bundles the workspace's own packages, and most of what they import, into the folder `name` of `dist`. The bundle is made
 * aside and renamed: a reader sees a whole one or none, and several builds at once all succeed. Bundles of other
 * sources stay for the commands that run from them.
 *
 * @param {{ packageFolder: string, dist: string, name: string }} options
 */
export async function buildBundle({ packageFolder, dist, name }) {
  await mkdir(dist, { recursive: true });
  const aside = await mkdtemp(path.join(dist, ASIDE));
  try {
    // A temporary folder is private, a bundle is for everybody who can read the checkout.
    await chmod(aside, 0o755);
    await bundleInto(packageFolder, aside);
    for (const { from, to } of SELF_TEST) {
      await copyFile(path.resolve(packageFolder, '../../samples', from), path.join(aside, to));
    }
    await copySamples(path.resolve(packageFolder, '../../samples'), aside);
    await placeBundle(aside, path.join(dist, name));
    await writeEntries(dist, name);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  await removeOlder(dist, name);
}

export const ASIDE = 'building-';

/**
 * npm packages that stay imports: those with native parts or files of their own, and those that few commands load. The
 * others go into the bundle, because looking up their hundreds of files takes longer than all else that a command does
 * before its first line.
 */
const KEPT_APART = [
  '@fastify/swagger-ui',
  '@myriaddreamin/typst-ts-node-compiler',
  '@npmcli/config',
  '@photostructure/sqlite',
  'cli-progress',
  'dejavu-fonts-ttf',
  'esbuild',
  'onnxruntime-node',
  'onnxruntime-web',
  'pacote',
  'proper-lockfile',
  'sharp',
  'tar',
  'undici',
];

/** Older packages in the bundle load the modules of Node in the way of their time. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

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
    external: KEPT_APART,
    banner: { js: REQUIRE },
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: '[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
  });
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
 * Where a bundle of the same sources stands already, each of its files is replaced at once: a command that runs from it
 * misses none for a moment, and one that was damaged is whole again. The main module comes last and vouches for all.
 *
 * @param {string} fresh
 * @param {string} target
 */
async function placeBundle(fresh, target) {
  try {
    await rename(fresh, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    const entries = await readdir(fresh, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(fresh, path.join(entry.parentPath, entry.name)))
      .filter((file) => file !== MAIN_MODULE);
    for (const file of [...files, MAIN_MODULE]) {
      await mkdir(path.dirname(path.join(target, file)), { recursive: true });
      await rename(path.join(fresh, file), path.join(target, file));
    }
  }
}

/**
 * What a published package starts, where nobody computes the name of the bundle.
 *
 * @param {string} dist
 * @param {string} name
 */
async function writeEntries(dist, name) {
  const entries = [
    { file: MAIN_MODULE, text: `export { main } from './${name}/${MAIN_MODULE}';\n` },
    { file: 'inference-child.js', text: `import './${name}/inference-child.js';\n` },
  ];
  for (const { file, text } of entries) {
    const aside = path.join(dist, `${file}.${process.pid}`);
    await writeFile(aside, text);
    await rename(aside, path.join(dist, file));
  }
}

const AN_HOUR_MS = 3_600_000;

/**
 * Removes the bundles from which nothing was started for a day, but for the one before this one, and what a build that
 * was killed left. Parts of a bundle are loaded when they are needed, and children are started again from it: whoever
 * runs needs its files until the end.
 *
 * @param {string} dist
 * @param {string} name
 */
export async function removeOlder(dist, name) {
  const folders = [];
  for (const entry of await readdir(dist, { withFileTypes: true })) {
    const stats = entry.isDirectory() ? await stat(path.join(dist, entry.name)).catch(() => null) : null;
    if (stats !== null && entry.name !== name)
      folders.push({ name: entry.name, ageMs: Date.now() - stats.mtimeMs });
  }
  folders.sort((a, b) => a.ageMs - b.ageMs);
  const aside = folders.filter((folder) => folder.name.startsWith(ASIDE) && folder.ageMs > AN_HOUR_MS);
  const older = folders.filter((folder) => BUNDLE_NAME.test(folder.name)).slice(1);
  const unused = older.filter((folder) => folder.ageMs > 24 * AN_HOUR_MS);
  await Promise.all(
    [...aside, ...unused].map((folder) => rm(path.join(dist, folder.name), { recursive: true, force: true })),
  );
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const packageFolder = fileURLToPath(new URL('../', import.meta.url));
  const dist = path.join(packageFolder, 'dist');
  const name = bundleName(path.resolve(packageFolder, '../..'));
  await buildBundle({ packageFolder, dist, name });
  process.stdout.write(`${dist}\n`);
}
