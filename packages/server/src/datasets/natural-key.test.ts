import fc from 'fast-check';
import { expect, test } from 'vitest';
import { naturalKey } from './natural-key.ts';

const order = (paths: readonly string[]): string[] =>
  [...paths].sort((a, b) => (naturalKey(a) < naturalKey(b) ? -1 : 1));

test('numbers count, folders come first, capitals and accents stand beside their letters', () => {
  const sorted = [
    'a/1.jpg',
    'a/2.jpg',
    'a/10.jpg',
    'a.jpg',
    'A2.jpg',
    'a010.jpg',
    'á11.jpg',
    'b.jpg',
    'b1.jpg',
  ];
  expect(order([...sorted].reverse())).toEqual(sorted);
});

test('different paths have different keys', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(naturalKey(a) === naturalKey(b)).toBe(a === b);
    }),
    { seed: 20_261_124 },
  );
});
