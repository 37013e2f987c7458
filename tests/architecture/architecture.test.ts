import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { packageTable } from './package-table.ts';
import * as rules from './rules.ts';
import {
  readWorkspace,
  repositoryRoot,
  sourceFile,
  type Workspace,
  type WorkspacePackage,
} from './workspace.ts';

const workspace = readWorkspace();
const architecture = readFileSync(`${repositoryRoot}docs/architecture.md`, 'utf8');
const errors = readFileSync(`${repositoryRoot}docs/errors.md`, 'utf8');

interface Gate {
  readonly name: string;
  readonly rule: rules.Rule;
  /** A violation, planted in an otherwise sound workspace, and what the rule must say about it. */
  readonly canary: Workspace;
  readonly caught: RegExp;
}

const gates: readonly Gate[] = [
  {
    name: 'package manifests equal the table',
    rule: rules.manifestsEqual({ core: [], models: ['core'] }),
    canary: planted({ name: 'core', dependencies: ['@calque/models'] }),
    caught: /core: declares models/,
  },
  {
    name: 'sources import only what their manifest declares',
    rule: rules.importsDeclared,
    canary: plantedFile('core', 'src/mask/rle.ts', "import { parse } from 'some-package/deep';"),
    caught: /core\/src\/mask\/rle.ts: imports some-package\/deep/,
  },
  {
    name: 'packages are imported through their entry points',
    rule: rules.importsThroughEntryPoints,
    canary: plantedFile('models', 'src/sam2/decoder.ts', "export * from '@calque/core/src/mask/rle.ts';"),
    caught: /models\/src\/sam2\/decoder.ts: imports @calque\/core\/src\/mask\/rle.ts/,
  },
  {
    name: 'relative imports stay inside their package',
    rule: rules.importsThroughEntryPoints,
    canary: plantedFile('models', 'src/index.ts', "import type { Rle } from '../../core/src/index.ts';"),
    caught: /models\/src\/index.ts: imports ..\/..\/core\/src\/index.ts, outside its package/,
  },
  {
    name: 'packages do not import each other in a circle',
    rule: rules.noPackageCycles,
    canary: plantedFile('core', 'src/index.ts', "import { sam2 } from '@calque/models';"),
    caught: /core: imports itself/,
  },
  {
    name: 'onnxruntime is imported in the runtime folders of the engine alone',
    rule: rules.onnxruntimeInEngineOnly,
    canary: plantedFile('models', 'src/node/probe.ts', "const runtime = await import('onnxruntime-node');"),
    caught: /models\/src\/node\/probe.ts: imports onnxruntime-node/,
  },
  {
    name: 'tensor names occur in the model families alone',
    rule: rules.tensorNamesInFamiliesOnly,
    canary: plantedFile('models', 'src/manifest/manifest.ts', "const inputs = ['image_embed'];"),
    caught: /manifest.ts: knows the tensor name image_embed/,
  },
  {
    name: 'Node is imported in node/ folders alone',
    rule: rules.nodeModulesInNodeFoldersOnly,
    canary: plantedFile('models', 'src/manifest/manifest.ts', "import { hash } from 'node:crypto';"),
    caught: /manifest.ts: imports node:crypto/,
  },
  {
    name: 'no file is called utils',
    rule: rules.fileNamesSayWhatIsInside,
    canary: plantedFile('core', 'src/mask/utils.ts', ''),
    caught: /utils.ts: has a name that says nothing/,
  },
  {
    name: 'file names are in kebab-case',
    rule: rules.fileNamesSayWhatIsInside,
    canary: plantedFile('core', 'src/mask/runLength.ts', ''),
    caught: /runLength.ts: is not in kebab-case/,
  },
  {
    name: 'errors are built in errors.ts',
    rule: rules.errorsBuiltInErrorsFile,
    canary: plantedFile('core', 'src/mask/rle.ts', "throw new CalqueError({ code: 'bad-rle' });"),
    caught: /rle.ts: builds a CalqueError/,
  },
  {
    name: 'there is one file of errors a package',
    rule: rules.errorsBuiltInErrorsFile,
    canary: plantedFile('core', 'src/mask/rle-errors.ts', "return new CalqueError({ code: 'bad-rle' });"),
    caught: /rle-errors.ts: builds a CalqueError/,
  },
  {
    name: 'every error says what was expected or what to do',
    rule: rules.errorsSayWhatToDo,
    canary: plantedFile(
      'core',
      'src/errors.ts',
      "new CalqueError({ code: 'of-no-help', message: `a, expected: `, details: { expected } });",
    ),
    caught: /of-no-help has neither expected nor remedy/,
  },
  {
    name: 'messages of errors begin in lower case',
    rule: rules.errorsBeginInLowerCase,
    canary: plantedFile(
      'core',
      'src/errors.ts',
      "new CalqueError({ message: 'The box is empty', expected: '' });",
    ),
    caught: /a message begins with "The"/,
  },
  {
    name: 'every code of an error is in docs/errors.md',
    rule: rules.errorCodesDocumented('| `known` | … |'),
    canary: plantedFile('core', 'src/errors.ts', "a({ code: 'known' }); b({ code: 'unheard-of' });"),
    caught: /lacks unheard-of/,
  },
  {
    name: 'every code in docs/errors.md is in the source',
    rule: rules.errorCodesDocumented('| `known` | … |\n| `long-gone` | … |'),
    canary: plantedFile('core', 'src/errors.ts', "a({ code: 'known' });"),
    caught: /long-gone is not in the source/,
  },
];

/** The rules as the repository is held to them; the gates above carry their own table and document. */
const repositoryRules: Readonly<Record<string, rules.Rule>> = {
  'package manifests equal the table': rules.manifestsEqual(packageTable),
  'every code of an error is in docs/errors.md': rules.errorCodesDocumented(errors),
  'every code in docs/errors.md is in the source': rules.errorCodesDocumented(errors),
};

describe('the repository', () => {
  test.each(gates)('$name', ({ name, rule }) => {
    expect((repositoryRules[name] ?? rule)(workspace)).toEqual([]);
  });

  test('shows in docs/architecture.md the table that the manifests are held to', () => {
    const section = architecture.split('\n## ').find((part) => part.startsWith('Who may import whom')) ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map((row) => [row[1], row[2]?.trim()]);
    const expected = Object.entries(packageTable).map(([name, allowed]) => [
      name,
      allowed.join(', ') || 'nothing',
    ]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected));
  });

  test('has the packages of the table, each with sources', () => {
    const counts = Object.fromEntries(
      workspace.packages.map((entry) => [entry.name, entry.sources.length > 0]),
    );
    expect(counts).toEqual(Object.fromEntries(Object.keys(packageTable).map((name) => [name, true])));
  });
});

describe('a planted violation is caught where', () => {
  test.each(gates)('$name', ({ rule, canary, caught }) => {
    expect(rule(canary).join('\n')).toMatch(caught);
  });
});

/** Two sound packages, one of them replaced in parts. */
function planted(change: Partial<WorkspacePackage> & { readonly name: string }): Workspace {
  const sound: readonly WorkspacePackage[] = [
    {
      name: 'core',
      dependencies: [],
      devDependencies: [],
      entryPoints: { '.': './src/index.ts' },
      sources: [sourceFile('src/index.ts', "export * from './mask/rle.ts';")],
    },
    {
      name: 'models',
      dependencies: ['@calque/core'],
      devDependencies: [],
      entryPoints: { '.': './src/index.ts' },
      sources: [sourceFile('src/index.ts', "import type { Rle } from '@calque/core';")],
    },
  ];
  return {
    packages: sound.map((entry) => (entry.name === change.name ? { ...entry, ...change } : entry)),
    tools: [],
  };
}

function plantedFile(name: string, path: string, text: string): Workspace {
  const { packages } = planted({ name });
  const kept =
    packages.find((entry) => entry.name === name)?.sources.filter((file) => file.path !== path) ?? [];
  return planted({ name, sources: [...kept, sourceFile(path, text)] });
}
