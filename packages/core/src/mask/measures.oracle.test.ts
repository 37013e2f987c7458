import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { type OpenCvOracle, openCvOracle } from '../testing/opencv-oracle.ts';
import { type OracleMask, oracleMasks } from '../testing/oracle-masks.ts';
import { findBackgroundComponents, findComponents, type MaskComponent } from './components.ts';
import { findContours } from './contours.ts';
import { erodeMask } from './erode.ts';
import { measureMask } from './measures.ts';

const masks: readonly OracleMask[] = Array.from(oracleMasks());
let opencv: OpenCvOracle;

beforeAll(async () => {
  // The module is a promise, which an import statement would take for a module that never arrives.
  opencv = openCvOracle(await createRequire(import.meta.url)('@techstark/opencv-js'));
}, 60_000);

/** Names of the masks for which a check fails; a readable failure instead of thousands of assertions. */
function failing(check: (mask: OracleMask['mask']) => boolean): string[] {
  return masks.filter(({ mask }) => !check(mask)).map(({ name }) => name);
}

function asText(contours: readonly ArrayLike<number>[]): string {
  return contours.map((points) => Array.from(points).join()).join('|');
}

function sorted(components: readonly string[]): string {
  return components.toSorted().join('|');
}

function statsOf({ areaPx, box }: MaskComponent): string {
  return [areaPx, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].join();
}

function inverted({ width, height, data }: OracleMask['mask']): OracleMask['mask'] {
  return { width, height, data: data.map((value) => 1 - value) };
}

describe(`on ${masks.length} seeded masks OpenCV gives the same`, () => {
  test.each(['simple', 'none'] as const)(
    'external contours, point for point, with approximation %s',
    (approximation) => {
      const isEqual = (mask: OracleMask['mask']) => {
        const ours = findContours(mask, { retrieve: 'external', approximation }).map(({ points }) => points);
        return asText(ours.toReversed()) === asText(opencv.contours(mask, 'external', approximation).points);
      };
      expect(failing(isEqual)).toEqual([]);
    },
  );

  test.each(['simple', 'none'] as const)(
    'outer and hole contours, with approximation %s',
    (approximation) => {
      const isEqual = (mask: OracleMask['mask']) => {
        const ours = findContours(mask, { retrieve: 'all', approximation }).map(({ points }) =>
          asText([points]),
        );
        const theirs = opencv.contours(mask, 'ccomp', approximation).points.map((points) => asText([points]));
        return sorted(ours) === sorted(theirs);
      };
      expect(failing(isEqual)).toEqual([]);
    },
  );

  test('perimeter', () => {
    const isEqual = (mask: OracleMask['mask']) =>
      Math.abs(measureMask(mask).perimeterPx - opencv.contours(mask, 'external', 'simple').lengthPx) < 1e-6;
    expect(failing(isEqual)).toEqual([]);
  });

  test('area, box and number of 8-connected components', () => {
    const isEqual = (mask: OracleMask['mask']) => {
      const { areaPx, components } = measureMask(mask);
      const theirs = opencv.components(mask, 8);
      const theirArea = theirs.reduce((sum, component) => sum + component.areaPx, 0);
      return (
        areaPx === theirArea &&
        components === theirs.length &&
        sorted(findComponents(mask).map(statsOf)) === sorted(theirs.map((stats) => opencvStats(stats)))
      );
    };
    expect(failing(isEqual)).toEqual([]);
  });

  test('4-connected components of the background', () => {
    const isEqual = (mask: OracleMask['mask']) => {
      const theirs = opencv.components(inverted(mask), 4).map((stats) => opencvStats(stats));
      return sorted(findBackgroundComponents(mask).map(statsOf)) === sorted(theirs);
    };
    expect(failing(isEqual)).toEqual([]);
  });

  test('number of holes', () => {
    const isEqual = (mask: OracleMask['mask']) =>
      measureMask(mask).holes === opencv.contours(mask, 'ccomp', 'simple').holes;
    expect(failing(isEqual)).toEqual([]);
  });

  test.each([1, 2, 3, 7])('erosion by %i', (radiusPx) => {
    const isEqual = (mask: OracleMask['mask']) =>
      asText([erodeMask(mask, radiusPx).data]) === asText([opencv.erodedInFrame(mask, radiusPx)]);
    expect(failing(isEqual)).toEqual([]);
  });
});

function opencvStats({
  areaPx,
  x,
  y,
  width,
  height,
}: ReturnType<OpenCvOracle['components']>[number]): string {
  return [areaPx, x, y, width, height].join();
}
