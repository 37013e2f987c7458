import { withoutComments } from './imports-of.ts';
import type { SourceFile, Workspace, WorkspacePackage } from './workspace.ts';

/** Each rule returns its violations as lines, `package/path: what is wrong`. */
export type Rule = (workspace: Workspace) => string[];

type Table = Readonly<Record<string, readonly string[]>>;

const scope = '@calque/';

/** The manifests name exactly the workspace packages that the table allows them. */
export function manifestsEqual(table: Table): Rule {
  return ({ packages }) => {
    const names = packages.map((entry) => entry.name);
    const missing = Object.keys(table).filter((name) => !names.includes(name));
    return [
      ...missing.map((name) => `${name}: is in the table but not in packages/`),
      ...packages.flatMap((entry) => manifestDifference(entry, table[entry.name])),
    ];
  };
}

function manifestDifference(entry: WorkspacePackage, allowed: readonly string[] | undefined): string[] {
  if (allowed === undefined) return [`${entry.name}: is not in the table`];
  const declared = workspaceNames([...entry.dependencies, ...entry.devDependencies]);
  return [
    ...declared.filter((name) => !allowed.includes(name)).map((name) => `${entry.name}: declares ${name}`),
    ...allowed
      .filter((name) => !declared.includes(name))
      .map((name) => `${entry.name}: does not declare ${name}`),
  ];
}

/** Sources import only what their manifest declares. Tests may import development dependencies and the root's as well. */
export const importsDeclared: Rule = (workspace) =>
  eachFile((file, entry) => {
    const allowed = [
      ...entry.dependencies,
      ...(isTest(file) ? [...entry.devDependencies, ...workspace.tools] : []),
    ];
    return file.imports
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter((specifier) => !allowed.includes(packageOf(specifier)) && !isOwnEntryPoint(specifier, entry))
      .map((specifier) => `imports ${specifier}, which the manifest does not declare`);
  })(workspace);

/** Another package is imported through an entry point that it publishes, and a relative path stays inside its package. */
export const importsThroughEntryPoints: Rule = (workspace) => {
  const published = new Set(workspace.packages.flatMap(publishedSpecifiers));
  return eachFile((file) => [
    ...file.imports
      .filter((specifier) => specifier.startsWith(scope) && !published.has(specifier))
      .map((specifier) => `imports ${specifier}, which is no entry point`),
    ...file.imports
      .filter((specifier) => specifier.startsWith('.') && leavesPackage(file.path, specifier))
      .map((specifier) => `imports ${specifier}, outside its package`),
  ])(workspace);
};

/** No package reaches itself through what its sources import. */
export const noPackageCycles: Rule = ({ packages }) => {
  const graph = new Map(packages.map((entry) => [entry.name, importedPackages(entry)]));
  return packages
    .filter(({ name }) => reaches(graph, name, name))
    .map(({ name }) => `${name}: imports itself through other packages`);
};

/** onnxruntime stays behind the engine's runtime folders. */
export const onnxruntimeInEngineOnly: Rule = eachFile((file, entry) => {
  const home = entry.name === 'engine' && /^src\/(node|browser)\//.test(file.path);
  return file.imports
    .filter((specifier) => specifier.startsWith('onnxruntime') && !home && !isTest(file))
    .map((specifier) => `imports ${specifier} outside engine/src/node and engine/src/browser`);
});

const tensorNames: readonly string[] = [
  'image_embed',
  'image_embeddings',
  'high_res_feats_0',
  'high_res_feats_1',
  'point_coords',
  'point_labels',
  'mask_input',
  'has_mask_input',
  'orig_im_size',
  'iou_predictions',
  'low_res_masks',
  'image_tokens',
  'first_keys',
  'first_values',
  'detail_0',
  'detail_1',
  'object_scores',
  'input_points',
  'pred_masks',
];

/** Names of tensors are known to the model families and to the code that edits their graphs. */
export const tensorNamesInFamiliesOnly: Rule = eachFile((file, entry) => {
  if (isTest(file)) return [];
  if (entry.name === 'models' && /^src\/(sam1|sam2|node\/onnx|node\/convert)\//.test(file.path)) return [];
  const words = new Set(withoutComments(file.text).match(/\w+/g));
  return tensorNames.filter((name) => words.has(name)).map((name) => `knows the tensor name ${name}`);
});

/** Node's own modules are imported in `node/` folders, in the command line and in tests. */
export const nodeModulesInNodeFoldersOnly: Rule = eachFile((file, entry) => {
  if (entry.name === 'cli' || entry.name === 'server' || isTest(file) || file.path.startsWith('src/node/'))
    return [];
  return file.imports
    .filter((specifier) => specifier.startsWith('node:'))
    .map((specifier) => `imports ${specifier} outside a node/ folder`);
});

/** A file name says what is in it. */
export const fileNamesSayWhatIsInside: Rule = eachFile((file) => {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const vague = /^(utils?|helpers?|common|types|misc|shared)\./.test(name);
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.tsx?$/.test(name);
  return [...(vague ? ['has a name that says nothing'] : []), ...(kebab ? [] : ['is not in kebab-case'])];
});

const errorsFile = 'src/errors.ts';

/** Errors are built in one place per package, where their codes can be read together. */
export const errorsBuiltInErrorsFile: Rule = eachFile((file, entry) => {
  const isClass = entry.name === 'core' && file.path === 'src/calque-error.ts';
  if (isTest(file) || isClass || file.path === errorsFile) return [];
  return builtErrors(file).length > 0 ? [`builds a CalqueError outside ${errorsFile}`] : [];
});

/** A message alone leaves the person alone: every error says what was expected, or what to do, or both. */
export const errorsSayWhatToDo: Rule = eachFile((file) => {
  if (file.path !== errorsFile) return [];
  return builtErrors(file)
    .filter((error) => !/(?:^|[{,\s])(?:expected|remedy)\s*(?:[:,}]|$)/.test(topLevelOf(error)))
    .map((error) => `${/\bcode: '([^']+)'/.exec(error)?.[1] ?? 'an error'} has neither expected nor remedy`);
});

/** A message follows `calque: ` or `line 7: ` on its line, so it goes on in lower case; names keep their own. */
export const errorsBeginInLowerCase: Rule = eachFile((file) => {
  if (file.path !== errorsFile) return [];
  return [
    ...withoutComments(file.text).matchAll(/\bmessage:\s*(?:[^'`\n]*\?\s*)?['`]([A-Z][a-z]*)(?=[ '`])/g),
  ].map(([, word]) => `a message begins with "${word}"`);
});

/** What follows each `new CalqueError(` up to its closing bracket. */
function builtErrors(file: SourceFile): string[] {
  return withoutComments(file.text)
    .split(/\bnew CalqueError\(/)
    .slice(1)
    .map((text) => text.slice(0, closingBracket(text)));
}

function closingBracket(text: string): number {
  let depth = 1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (depth === 0) return at;
  }
  return text.length;
}

/** An object literal without what its texts and its nested objects hold. */
function topLevelOf(literal: string): string {
  let rest = literal
    .replaceAll(/'[^'\n]*'/g, "''")
    .trim()
    .slice(1, -1);
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replaceAll(/\{[^{}]*\}/g, '');
  }
  return rest.replaceAll(/`[^`]*`/g, '``');
}

/** Every code of an error is documented, and every documented code exists. */
export function errorCodesDocumented(document: string): Rule {
  return (workspace) => {
    const used = new Set(workspace.packages.flatMap(errorCodes));
    const documented = new Set(
      [...document.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1] ?? ''),
    );
    return [
      ...[...used].filter((code) => !documented.has(code)).map((code) => `docs/errors.md: lacks ${code}`),
      ...[...documented]
        .filter((code) => !used.has(code))
        .map((code) => `docs/errors.md: ${code} is not in the source`),
    ];
  };
}

/** Codes named in the package's errors file, as `code: '…'`. */
export function errorCodes(entry: WorkspacePackage): string[] {
  return entry.sources
    .filter((file) => file.path === errorsFile)
    .flatMap((file) => [...withoutComments(file.text).matchAll(/\bcode(?::| =) '([a-z0-9-]+)'/g)])
    .map((match) => match[1] ?? '');
}

function eachFile(check: (file: SourceFile, entry: WorkspacePackage) => string[]): Rule {
  return ({ packages }) =>
    packages.flatMap((entry) =>
      entry.sources.flatMap((file) =>
        check(file, entry).map((fault) => `${entry.name}/${file.path}: ${fault}`),
      ),
    );
}

function isTest(file: SourceFile): boolean {
  return file.path.endsWith('.test.ts') || file.path.includes('/testing/');
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function publishedSpecifiers(entry: WorkspacePackage): string[] {
  return Object.keys(entry.entryPoints).map((subpath) => `${scope}${entry.name}${subpath.slice(1)}`);
}

/** Tests may import their own package the way others do. */
function isOwnEntryPoint(specifier: string, entry: WorkspacePackage): boolean {
  return publishedSpecifiers(entry).includes(specifier);
}

function importedPackages(entry: WorkspacePackage): string[] {
  const specifiers = entry.sources.filter((file) => !isTest(file)).flatMap((file) => file.imports);
  return workspaceNames(specifiers.map(packageOf)).filter((name) => name !== entry.name);
}

function workspaceNames(dependencies: readonly string[]): string[] {
  const ours = dependencies.filter((name) => name.startsWith(scope)).map((name) => name.slice(scope.length));
  return [...new Set(ours)];
}

function reaches(graph: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [...(graph.get(from) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(graph.get(next) ?? []));
  }
  return false;
}

function leavesPackage(path: string, specifier: string): boolean {
  return !new URL(specifier, `file:///package/${path}`).pathname.startsWith('/package/');
}
