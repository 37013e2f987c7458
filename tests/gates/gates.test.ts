import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';

/**
 * Every gate of `npm run check` runs twice on a small workspace that has the real configuration: once as it is, where
 * it must pass, and once with violations planted in it, where it must fail and name each of them.
 */
interface Gate {
  readonly command: readonly string[];
  readonly canaries: readonly Canary[];
}

interface Canary {
  readonly fault: string;
  readonly path: string;
  readonly text: string;
  /** What the gate must print. */
  readonly caught: RegExp;
}

const configuration = [
  'biome.json',
  '.oxlintrc.json',
  'knip.json',
  '.gitignore',
  'tsconfig.base.json',
  'tsconfig.json',
  ...['core', 'models', 'engine', 'cli'].map((entry) => `packages/${entry}/tsconfig.json`),
  ...['models', 'engine'].map((entry) => `packages/${entry}/tsconfig.node.json`),
];

const source = (path: string): object => ({ 'calque-source': path });

function cliManifest(more: Readonly<Record<string, string>>): object {
  const ours = { '@calque/core': '0.1.0', '@calque/engine': '0.1.0', '@calque/models': '0.1.0' };
  return { name: '@calque/cli', version: '0.1.0', type: 'module', dependencies: { ...ours, ...more } };
}

/** Folder to manifest: as the real ones, with no more dependencies than the few sources need. */
const packages: Readonly<Record<string, object>> = {
  '': { name: 'gates', private: true, type: 'module', workspaces: ['packages/*'] },
  'packages/core/': {
    name: '@calque/core',
    version: '0.1.0',
    type: 'module',
    exports: { '.': source('./src/index.ts') },
  },
  'packages/models/': {
    name: '@calque/models',
    version: '0.1.0',
    type: 'module',
    exports: { '.': source('./src/index.ts') },
    dependencies: { '@calque/core': '0.1.0' },
  },
  'packages/engine/': {
    name: '@calque/engine',
    version: '0.1.0',
    type: 'module',
    exports: { './node': source('./src/node/index.ts') },
    dependencies: { '@calque/core': '0.1.0' },
  },
  'packages/cli/': cliManifest({}),
};

const sound: Readonly<Record<string, string>> = {
  'packages/core/src/index.ts': "export * from './mask.ts';\n",
  'packages/core/src/mask.ts': 'export async function load(): Promise<number> {\n  return 7;\n}\n',
  'packages/models/src/index.ts': "export * from './manifest.ts';\n",
  'packages/models/src/manifest.ts':
    "import { load } from '@calque/core';\n\nexport const loaded: Promise<number> = load();\n",
  'packages/engine/src/node/index.ts':
    "import { load } from '@calque/core';\n\nexport async function run(): Promise<number> {\n  return (await load()) + 1;\n}\n",
  'packages/cli/src/flags.ts': 'export const offset = 3;\n',
  'packages/cli/src/main.ts': `import { load } from '@calque/core';
import { run } from '@calque/engine/node';
import { loaded } from '@calque/models';
import { offset } from './flags.ts';

process.exitCode = offset + (await run()) + (await load()) + (await loaded);
`,
};

const gates: Readonly<Record<string, Gate>> = {
  biome: {
    command: ['biome', 'lint', '--max-diagnostics=200', '.'],
    canaries: [
      canary(
        'an undeclared dependency',
        'packages/engine/src/a.ts',
        "import 'left-pad';\n",
        'noUndeclaredDependencies',
      ),
      canary(
        'core importing a package',
        'packages/core/src/b.ts',
        "import '@calque/models';\n",
        'noRestrictedImports',
      ),
      canary('core importing Node', 'packages/core/src/c.ts', "import 'node:fs';\n", 'noRestrictedImports'),
      canary(
        'models importing engine',
        'packages/models/src/d.ts',
        "import '@calque/engine';\n",
        'noRestrictedImports',
      ),
      canary(
        'a runtime outside its home',
        'packages/engine/src/e.ts',
        "import 'onnxruntime-node';\n",
        'noRestrictedImports',
      ),
      canary(
        'a deep import',
        'packages/cli/src/f.ts',
        "import '@calque/core/src/mask.ts';\n",
        'noRestrictedImports',
      ),
      canary('any', 'packages/core/src/g.ts', 'export const loose: any = 1;\n', 'noExplicitAny'),
      canary(
        'a non-null assertion',
        'packages/core/src/h.ts',
        'export const sure = [1].at(0)!;\n',
        'noNonNullAssertion',
      ),
      canary(
        'a name in camelCase',
        'packages/core/src/camelCase.ts',
        'export const i = 1;\n',
        'useFilenamingConvention',
      ),
    ],
  },
  'biome format': {
    command: ['biome', 'format', '.'],
    canaries: [canary('bad format', 'packages/core/src/format.ts', 'export   const x = "y"\n', 'format')],
  },
  oxlint: {
    command: ['oxlint', '--type-aware'],
    canaries: [
      canary(
        'a floating promise in a test',
        'packages/engine/src/contract.test.ts',
        "import { load } from '@calque/core';\nload();\n",
        'no-floating-promises',
      ),
      canary(
        'a floating promise',
        'packages/engine/src/node/a.ts',
        "import { load } from '@calque/core';\nload();\n",
        'no-floating-promises',
      ),
      canary(
        'a promise as a condition',
        'packages/cli/src/b.ts',
        "import { load } from '@calque/core';\nif (load()) process.exit();\n",
        'no-misused-promises',
      ),
      canary(
        'awaiting what is no promise',
        'packages/core/src/c.ts',
        'export async function f(): Promise<number> {\n  return await 7;\n}\n',
        'await-thenable',
      ),
      canary(
        'throwing a string',
        'packages/core/src/d.ts',
        "export function f(): never {\n  throw 'oh';\n}\n",
        'only-throw-error',
      ),
      canary(
        'a promise that escapes its try',
        'packages/models/src/e.ts',
        "import { load } from '@calque/core';\n\nexport async function f(): Promise<number> {\n  try {\n    return load();\n  } catch {\n    return 0;\n  }\n}\n",
        'return-await',
      ),
      canary(
        'a case left out',
        'packages/core/src/f.ts',
        "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
        'switch-exhaustiveness-check',
      ),
    ],
  },
  tsc: {
    command: ['tsc', '-b', 'packages/core', 'packages/models'],
    canaries: [
      canary('a wrong type', 'packages/core/src/a.ts', "export const a: number = 'b';\n", 'TS2322'),
      canary(
        'an unchecked index',
        'packages/models/src/b.ts',
        'export const b: number = [1][0];\n',
        'TS2322',
      ),
      canary('the document of a browser', 'packages/core/src/c.ts', 'export const c = document;\n', 'TS2584'),
      canary(
        'the process of Node',
        'packages/models/src/d.ts',
        'export const d = process;\n',
        'TS2591|TS2580',
      ),
    ],
  },
  knip: {
    command: ['knip', '--no-config-hints'],
    canaries: [
      canary('an unused file', 'packages/core/src/orphan.ts', 'export const o = 1;\n', 'Unused files'),
      canary(
        'an unused export',
        'packages/cli/src/flags.ts',
        'export const offset = 3;\nexport const unused = 4;\n',
        'Unused exports',
      ),
      canary(
        'an unused dependency',
        'packages/cli/package.json',
        JSON.stringify(cliManifest({ 'left-pad': '1.3.0' })),
        'Unused dependencies',
      ),
    ],
  },
};

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'calque-gates-')));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.entries(gates))('%s', (name, { command, canaries }) => {
  test('passes a sound workspace', () => {
    const { status, output } = runGate(layWorkspace(`${name}-sound`, {}), command);
    expect({ status, output }).toMatchObject({ status: 0 });
  });

  test(`fails on ${canaries.map((planted) => planted.fault).join(', ')}`, () => {
    const files = Object.fromEntries(canaries.map((planted) => [planted.path, planted.text]));
    const { status, output } = runGate(layWorkspace(`${name}-planted`, files), command);
    expect(status).not.toBe(0);
    for (const planted of canaries) expect(output).toMatch(planted.caught);
  });
});

/** Caught: the file and, near it, the name of the rule, in either order (tools differ). */
function canary(fault: string, path: string, text: string, rule: string): Canary {
  const file = path.replaceAll('.', '\\.');
  return {
    fault,
    path,
    text,
    caught: new RegExp(`(?:${file}[^]{0,300}?(?:${rule}))|(?:(?:${rule})[^]{0,600}?${file})`),
  };
}

function runGate(
  workspace: string,
  [tool = '', ...args]: readonly string[],
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(repositoryRoot, 'node_modules', '.bin', tool), args, {
    cwd: workspace,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return { status, output: stdout + stderr };
}

function layWorkspace(name: string, planted: Readonly<Record<string, string>>): string {
  const workspace = join(folder, name.replaceAll(' ', '-'));
  for (const file of configuration) cpSync(join(repositoryRoot, file), join(workspace, file));
  const manifests = Object.entries(packages).map(([entry, content]) => [
    `${entry}package.json`,
    JSON.stringify(content, null, 2),
  ]);
  for (const [path, text] of [...manifests, ...Object.entries({ ...sound, ...planted })]) {
    mkdirSync(dirname(join(workspace, path ?? '')), { recursive: true });
    writeFileSync(join(workspace, path ?? ''), `${text}\n`.replace(/\n\n$/, '\n'));
  }
  linkModules(workspace);
  return workspace;
}

/** Packages of the workspace by their own folders, tools and types from the repository. */
function linkModules(workspace: string): void {
  const modules = join(workspace, 'node_modules');
  mkdirSync(join(modules, '@calque'), { recursive: true });
  for (const entry of ['core', 'models', 'engine']) {
    symlinkSync(join(workspace, 'packages', entry), join(modules, '@calque', entry), 'dir');
  }
  for (const entry of ['.bin', '@types', 'undici-types']) {
    symlinkSync(join(repositoryRoot, 'node_modules', entry), join(modules, entry), 'dir');
  }
}
