import { describe, expect, test } from 'vitest';
import { exportedNames } from './exported-names.ts';
import { readWorkspace, sourceFile } from './workspace.ts';

const entryPoints = readWorkspace().packages.flatMap((entry) =>
  Object.entries(entry.entryPoints).map(([subpath, path]) => ({
    title: `${entry.name}${subpath.slice(1)}`,
    names: () => exportedNames(entry, path.replace('./', '')),
  })),
);

describe('the public interface, names and all, of', () => {
  // A change is wanted or a mistake: `npx vitest run --project architecture -u` accepts it, the review sees it.
  test.each(entryPoints)('$title', async ({ title, names }) => {
    await expect(`${names().join('\n')}\n`).toMatchFileSnapshot(`./api/${title.replace('/', '-')}.txt`);
  });
});

test('exported names are found in every form of export', () => {
  const names = exportedNames(
    {
      name: 'planted',
      dependencies: [],
      devDependencies: [],
      entryPoints: {},
      sources: [
        sourceFile(
          'src/index.ts',
          "export * from './a/b.ts';\nexport { one as two, type Three } from './c.ts';",
        ),
        sourceFile(
          'src/a/b.ts',
          'export const four = 4;\nexport async function five() {}\n// export const six = 6;',
        ),
      ],
    },
    'src/index.ts',
  );
  expect(names).toEqual(['Three', 'five', 'four', 'two']);
});
