import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { loadFont } from './text-font.ts';

const font = loadFont(
  readFileSync(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
);

test('text becomes outlines that start where they should', () => {
  const path = font.outline('area 12 px', { x: 100, y: 50, size: 20 });
  const xs = [...path.matchAll(/M(-?[\d.]+)/g)].map((match) => Number(match[1]));
  expect(Math.min(...xs)).toBeGreaterThan(99);
  expect(Math.max(...xs)).toBeLessThan(100 + font.widthOf('area 12 px', 20));
});

test('width grows with the size and the text', () => {
  expect(font.widthOf('score', 40)).toBeCloseTo(2 * font.widthOf('score', 20), 6);
  expect(font.widthOf('', 20)).toBe(0);
  expect(font.widthOf('\u00A0', 20)).toBeGreaterThan(0);
});
