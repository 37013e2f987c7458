import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importsOf } from './imports-of.ts';

/** The repository as the rules see it: plain data, so that a test can plant a violation without touching a file. */
export interface Workspace {
  readonly packages: readonly WorkspacePackage[];
  /** Development dependencies of the root: tools and what tests of any package may import. */
  readonly tools: readonly string[];
}

export interface WorkspacePackage {
  /** Folder under packages/, which is also the name after `@calque/`. */
  readonly name: string;
  /** Names in the manifest that a run needs. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Subpath (`.`, `./node`) to source file, relative to the package. */
  readonly entryPoints: Readonly<Record<string, string>>;
  readonly sources: readonly SourceFile[];
}

export interface SourceFile {
  /** Relative to the package, with forward slashes: `src/mask/rle.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, { readonly 'calque-source': string }>>;
}

export const repositoryRoot: string = fileURLToPath(new URL('../../', import.meta.url));

export function readWorkspace(root: string = repositoryRoot): Workspace {
  const names = readdirSync(`${root}packages`).filter((name) =>
    existsSync(`${root}packages/${name}/package.json`),
  );
  const manifest = readManifest(root);
  return {
    packages: names.map((name) => readPackage(`${root}packages/${name}/`, name)),
    tools: Object.keys(manifest.devDependencies ?? {}),
  };
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(text) };
}

function readPackage(folder: string, name: string): WorkspacePackage {
  const manifest = readManifest(folder);
  const exported = Object.entries(manifest.exports ?? {});
  return {
    name,
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
    entryPoints: Object.fromEntries(exported.map(([subpath, target]) => [subpath, target['calque-source']])),
    sources: readSources(folder),
  };
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as Manifest;
}

function readSources(folder: string): SourceFile[] {
  return readdirSync(`${folder}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .sort()
    .map((path) => sourceFile(path, readFileSync(folder + path, 'utf8')));
}
