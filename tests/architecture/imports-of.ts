const patterns: readonly RegExp[] = [
  /^\s*(?:import|export)\s[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\brequire(?:\.resolve)?\s*\(\s*['"]([^'"]+)['"]/g,
];

/** Module specifiers that a TypeScript source imports, types included, in any of the forms the language has. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const found = patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
  return [...new Set(found)].sort();
}

/** Removes whole-line and block comments. What follows code on its line stays: it cannot look like a line of imports. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
