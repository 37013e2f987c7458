import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  EXIT_CODES,
  EXIT_OK,
  EXIT_SIGNALS,
  EXIT_STDOUT_CLOSED,
  EXIT_UNEXPECTED,
  EXIT_USAGE,
  exitCodeOf,
} from './exit-codes.ts';

const docs = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');

/** Rows of the table: | number | `code`, `other-…` | meaning |. */
function documented(): Map<string, number> {
  const rows = [...docs.matchAll(/^\| (\d+) \| ([^|]*`[^|]*) \|/gm)];
  return new Map(
    rows.flatMap(([, number, codes = '']) =>
      [...codes.matchAll(/`([a-z-]+)(?:…)?`/g)].map(([, code = '']) => [code, Number(number)] as const),
    ),
  );
}

describe('exit codes', () => {
  test('docs/cli.md has every one of them and no other', () => {
    expect(Object.fromEntries(documented())).toEqual(EXIT_CODES);
  });

  test('docs/cli.md has those that are not of an error', () => {
    for (const number of [
      EXIT_OK,
      EXIT_UNEXPECTED,
      EXIT_USAGE,
      EXIT_STDOUT_CLOSED,
      ...Object.values(EXIT_SIGNALS),
    ]) {
      expect(docs).toContain(`\n| ${number} |`);
    }
  });

  test('no two classes share a number', () => {
    const numbers = Object.values(EXIT_CODES);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('the longest prefix decides', () => {
    expect(exitCodeOf('image-missing')).toBe(10);
    expect(exitCodeOf('image-of-a-new-kind')).toBe(19);
    expect(exitCodeOf('nobody-thought-of-this')).toBe(EXIT_UNEXPECTED);
  });
});
