import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countsToString } from '../mask/rle-string.ts';
import { rleOfCocoPolygon } from './coco-polygon.ts';
import { unionOfRles } from './union-of-rles.ts';

interface Golden {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly polygons: readonly (readonly number[])[];
  readonly counts: string;
}

/** What pycocotools made of each polygon; see fixtures/README.md. */
const file = new URL('../../../../fixtures/golden/coco/polygons.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Golden[] };

describe('polygons of COCO', () => {
  test.each(cases)('become the runs of pycocotools: $name', ({ polygons, width, height, counts }) => {
    const size = { width, height };
    const mask = unionOfRles(polygons.map((polygon) => rleOfCocoPolygon(polygon, size)));
    expect(countsToString(mask)).toBe(counts);
  });
});
