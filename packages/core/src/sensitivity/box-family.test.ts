import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { boxFamily, FAMILY_LIMITS, USUAL_FAMILY } from './box-family.ts';

const size = { width: 900, height: 700 };
const box = { x1: 300, y1: 200, x2: 500, y2: 300 };

describe('the family of a box', () => {
  test('holds the box itself, then boxes grown, shrunk and shifted by fractions of its own sides', () => {
    expect(boxFamily(box, size, { count: 6, range: 0.1 })).toEqual([
      { kind: 'unchanged', change: 0, box },
      { kind: 'grown', change: 0.1, box: { x1: 290, y1: 195, x2: 510, y2: 305 } },
      { kind: 'shrunk', change: -0.1, box: { x1: 310, y1: 205, x2: 490, y2: 295 } },
      { kind: 'shifted-x', change: 0.1, box: { x1: 320, y1: 200, x2: 520, y2: 300 } },
      { kind: 'shifted-x', change: -0.1, box: { x1: 280, y1: 200, x2: 480, y2: 300 } },
      { kind: 'shifted-y', change: 0.1, box: { x1: 300, y1: 210, x2: 500, y2: 310 } },
      { kind: 'shifted-y', change: -0.1, box: { x1: 300, y1: 190, x2: 500, y2: 290 } },
    ]);
  });

  test('is dealt out in turn: what is left over goes to the first directions', () => {
    const family = boxFamily(box, size, { count: 8, range: 0.2 });
    expect(family.map(({ kind, change }) => [kind, change])).toEqual([
      ['unchanged', 0],
      ['grown', 0.1],
      ['grown', 0.2],
      ['shrunk', -0.1],
      ['shrunk', -0.2],
      ['shifted-x', 0.2],
      ['shifted-x', -0.2],
      ['shifted-y', 0.2],
      ['shifted-y', -0.2],
    ]);
  });

  test('drawn from any corner is the same', () => {
    const turned = { x1: box.x2, y1: box.y2, x2: box.x1, y2: box.y1 };
    expect(boxFamily(turned, size, USUAL_FAMILY)).toEqual(boxFamily(box, size, USUAL_FAMILY));
  });

  test('of the whole image has no larger box: what coincides after the cut is left out', () => {
    const whole = { x1: 0, y1: 0, x2: 900, y2: 700 };
    const family = boxFamily(whole, size, { count: 12, range: 0.2 });
    expect(family.filter(({ kind }) => kind === 'grown')).toEqual([]);
    expect(family).toHaveLength(11);
  });

  test('of a box of 1 px has none that is smaller', () => {
    const tiny = { x1: 4, y1: 5, x2: 5, y2: 6 };
    const kinds = boxFamily(tiny, size, USUAL_FAMILY).map(({ kind }) => kind);
    expect(kinds).not.toContain('shrunk');
    expect(kinds).toContain('grown');
  });

  test('lies in the image, has no box twice and no more than were asked for', () => {
    const side = fc.double({ min: -50, max: 950, noNaN: true });
    const options = fc.record({
      count: fc.integer({ min: FAMILY_LIMITS.count.least, max: FAMILY_LIMITS.count.most }),
      range: fc.double({ min: FAMILY_LIMITS.range.least, max: FAMILY_LIMITS.range.most, noNaN: true }),
    });
    const corners = fc
      .record({ x1: side, y1: side, x2: side, y2: side })
      .filter((drawn) => Math.min(drawn.x1, drawn.x2) < 899 && Math.max(drawn.x1, drawn.x2) > 1)
      .filter((drawn) => Math.min(drawn.y1, drawn.y2) < 699 && Math.max(drawn.y1, drawn.y2) > 1)
      .filter((drawn) => drawn.x1 !== drawn.x2 && drawn.y1 !== drawn.y2);
    assertProperty(
      fc.property(corners, options, (drawn, wanted) => {
        const family = boxFamily(drawn, size, wanted);
        expect(family).toEqual(boxFamily(drawn, size, wanted));
        expect(family.length).toBeLessThanOrEqual(wanted.count + 1);
        expect(new Set(family.map((one) => JSON.stringify(one.box))).size).toBe(family.length);
        for (const { change, box: one } of family) {
          expect(Math.abs(change)).toBeLessThanOrEqual(wanted.range);
          expect(Math.min(one.x1, one.y1)).toBeGreaterThanOrEqual(0);
          expect(one.x2).toBeLessThanOrEqual(900);
          expect(one.y2).toBeLessThanOrEqual(700);
        }
      }),
    );
  });

  test.each([
    ['count', { count: 5, range: 0.2 }],
    ['count', { count: 121, range: 0.2 }],
    ['count', { count: 7.5, range: 0.2 }],
    ['range', { count: 6, range: 0 }],
    ['range', { count: 6, range: 0.51 }],
    ['range', { count: 6, range: Number.NaN }],
  ])('with a %s out of its limits is refused', (name, options) => {
    expect(() => boxFamily(box, size, options)).toThrow(
      expect.objectContaining({
        code: 'sensitivity-option-invalid',
        details: expect.objectContaining({ name }),
      }),
    );
  });
});
