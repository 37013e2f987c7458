// @ts-check
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '../packages/cli/bin/build.js';
import { bundleName } from '../packages/cli/bin/fresh-bundle.js';
import { freshPage } from '../packages/cli/bin/fresh-page.js';

/**
 * Puts what runs into a folder: the bundled command, the built page and the packages that they import. What bundles and
 * tests them stays behind. From a checkout after `npm ci`: `node deploy/assemble.js /opt/calque`.
 */
const checkout = fileURLToPath(new URL('../', import.meta.url));
const cli = path.join(checkout, 'packages/cli');

/** @param {string} target */
async function assemble(target) {
  const name = bundleName(checkout);
  await buildBundle({ packageFolder: cli, dist: path.join(cli, 'dist'), name });
  const page = await freshPage(cli, process.env);
  copy('package.json', target);
  copy('package-lock.json', target);
  copy('.npmrc', target);
  copy('LICENSE', target);
  copy('NOTICE', target);
  for (const workspace of readdirSync(path.join(checkout, 'packages')))
    copy(path.join('packages', workspace, 'package.json'), target);
  copy('packages/cli/bin/calque.js', target);
  const dist = path.join(target, 'packages/cli/dist');
  for (const part of [name, 'main.js', 'inference-child.js'])
    cpSync(path.join(cli, 'dist', part), path.join(dist, part), { recursive: true });
  cpSync(page, path.join(dist, 'page'), { recursive: true });
  installPackages(target);
}

/**
 * @param {string} file
 * @param {string} target
 */
function copy(file, target) {
  mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
  cpSync(path.join(checkout, file), path.join(target, file));
}

/**
 * Those of the command alone: the page is built.
 *
 * @param {string} target
 */
function installPackages(target) {
  const argv = [
    'ci',
    '--omit=dev',
    '--workspace',
    '@calque/cli',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
  ];
  execFileSync('npm', argv, { cwd: target, stdio: ['ignore', 'ignore', 'inherit'] });
}

const target = process.argv[2];
if (target === undefined) throw new Error('usage: node deploy/assemble.js FOLDER');
if (existsSync(target) && readdirSync(target).length > 0)
  throw new Error(`${target} is not empty: name a new folder, so that what runs from it goes on running`);
await assemble(path.resolve(target));
const { version } = JSON.parse(readFileSync(path.join(cli, 'package.json'), 'utf8'));
process.stdout.write(`calque ${version} in ${path.resolve(target)}\n`);
