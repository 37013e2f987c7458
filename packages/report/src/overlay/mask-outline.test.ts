import type { Bitmap } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { maskOutline } from './mask-outline.ts';

function picture(rows: readonly string[]): Bitmap {
  const data = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

/** Fills an outline with the even-odd rule at the pixels' centres, to compare it with the mask it came from. */
function fill(path: string, { width, height }: Bitmap): string[] {
  const rings = path
    .split('M')
    .slice(1)
    .map((ring) =>
      ring
        .replace('Z', '')
        .split('L')
        .map((corner) => corner.split(' ').map(Number)),
    );
  const inside = (x: number, y: number): boolean => {
    let crossings = 0;
    for (const ring of rings) {
      for (const [i, [x1 = 0, y1 = 0]] of ring.entries()) {
        const [x2 = 0, y2 = 0] = ring[(i + 1) % ring.length] ?? [];
        if (x1 === x2 && x1 > x && Math.min(y1, y2) <= y && Math.max(y1, y2) > y) crossings += 1;
      }
    }
    return crossings % 2 === 1;
  };
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (inside(x + 0.5, y + 0.5) ? '#' : '.')).join(''),
  );
}

describe('maskOutline', () => {
  test('walks around a rectangle with a corner where the direction changes only', () => {
    expect(maskOutline(picture(['.....', '.###.', '.###.']))).toBe('M1 1L4 1L4 3L1 3Z');
  });

  test('is nothing for an empty mask', () => {
    expect(maskOutline(picture(['...', '...']))).toBe('');
  });

  test.each([
    [['#']],
    [['.#.', '###', '.#.']],
    [['####', '#..#', '#.##', '####']],
    [['#.#', '.#.', '#.#']],
    [['######', '#....#', '#.##.#', '#.##.#', '#....#', '######']],
    [['#####...', '.....###', '#.#.#.#.']],
    [['.##.', '#..#', '#.#.', '.#..']],
  ])('filled again is the mask %j', (rows) => {
    const mask = picture(rows);
    expect(fill(maskOutline(mask), mask)).toEqual(rows);
  });
});
