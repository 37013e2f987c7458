import { withoutComments } from './imports-of.ts';
import type { WorkspacePackage } from './workspace.ts';

/** Names that an entry point exports, types included, sorted; follows `export *` inside the package. */
export function exportedNames(entry: WorkspacePackage, path: string): string[] {
  const file = entry.sources.find((source) => source.path === path);
  if (file === undefined) throw new Error(`${entry.name} has no ${path}`);
  const code = withoutComments(file.text);
  return [...new Set([...declaredNames(code), ...listedNames(code), ...starNames(entry, path, code)])].sort();
}

const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|namespace) (\w+)/gm;

function declaredNames(code: string): string[] {
  return [...code.matchAll(declaration)].map((match) => match[1] ?? '');
}

/** `export { a, type B, c as d }`, with or without `from`. */
function listedNames(code: string): string[] {
  return [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
    .flatMap((match) => (match[1] ?? '').split(','))
    .map((part) =>
      part
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    )
    .filter((name) => name !== '');
}

function starNames(entry: WorkspacePackage, path: string, code: string): string[] {
  return [...code.matchAll(/^export (?:type )?\* from '(\.[^']+)'/gm)].flatMap((match) => {
    const target = new URL(match[1] ?? '', `file:///package/${path}`).pathname.replace('/package/', '');
    return exportedNames(entry, target);
  });
}
