import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
// @ts-expect-error plain JavaScript: it runs before anything is compiled
import { freshPage } from '../../packages/cli/bin/fresh-page.js';
import { repositoryRoot } from '../architecture/workspace.ts';

const MOST_BYTES = 350_000;

let page: string;

beforeAll(async () => {
  page = (await freshPage(join(repositoryRoot, 'packages/cli'), process.env)) as string;
});

/** Scripts that the page names, and what they import without being asked to: all that comes before anything is painted. */
function scriptsOfFirstPaint(): ReadonlySet<string> {
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, path = '']) => join(page, path));
  const found = new Set<string>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const code = readFileSync(file, 'utf8');
    for (const [, path = ''] of code.matchAll(/(?:from|import)\s*["'](\.[^"']+\.js)["']/g))
      add(join(dirname(file), path));
  };
  for (const file of named) add(file);
  return found;
}

const gzippedBytes = (file: string): number => gzipSync(readFileSync(file)).length;

test(`JavaScript for the first paint is ${MOST_BYTES / 1000} kB at most, gzipped`, () => {
  const scripts = [...scriptsOfFirstPaint()];
  // What reaches the server comes before the page is painted, and must be counted.
  expect(scripts.some((file) => readFileSync(file, 'utf8').includes('/api/events'))).toBe(true);
  expect(scripts.reduce((sum, file) => sum + gzippedBytes(file), 0)).toBeLessThanOrEqual(MOST_BYTES);
});

test('the runtime, the viewer of large images and the plots are not part of it', () => {
  const late = /\bort\b|onnxruntime|viewer-|plots-|sensitivity|compare-panel|monitoring-page/;
  expect([...scriptsOfFirstPaint()].filter((file) => late.test(file.slice(page.length)))).toEqual([]);
});

test('panels with plots come without the library: it fails to load where the browser has no valid language', () => {
  const assets = readdirSync(join(page, 'assets'));
  const panels = assets.filter((name) => /^(monitoring-page|sensitivity-panel)-.*\.js$/.test(name));
  expect(panels).toHaveLength(2);
  const codes = panels.map((name) => readFileSync(join(page, 'assets', name), 'utf8'));
  expect(codes.filter((code) => !code.includes('plots-'))).toEqual([]);
  expect(codes.filter((code) => /(?:from|import)\s*["']\.\/plots-/.test(code))).toEqual([]);
});

test('the page has no server of its own, whatever is set where it is built', () => {
  expect(process.env['NODE_ENV']).toBe('test');
  const assets = readdirSync(join(page, 'assets'));
  expect(assets.filter((name) => /fake-(backend|server)/.test(name))).toEqual([]);
});
