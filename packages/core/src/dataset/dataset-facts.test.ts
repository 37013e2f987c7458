import { describe, expect, test } from 'vitest';
import { measureImageFacts } from './image-facts.ts';
import { selectRepresentative } from './select-representative.ts';
import { suggestTags } from './suggest-tags.ts';

const facts = (contrast: number, edgeDensity: number) => ({ contrast, edgeDensity });

describe('facts of an image', () => {
  test('of one grey are no contrast and no edges', () => {
    const found = measureImageFacts(new Uint8Array(12).fill(90), { width: 4, height: 3 });
    expect(found.contrast).toBeCloseTo(0, 6);
    expect(found.edgeDensity).toBe(0);
  });

  test('of halves in black and white are the largest contrast, and edges along the middle', () => {
    const rows = [0, 0, 0, 255, 255, 255];
    const found = measureImageFacts([...rows, ...rows], { width: 6, height: 2 });
    expect(found.contrast).toBeCloseTo(0.5, 12);
    expect(found.edgeDensity).toBeCloseTo(4 / 12, 12);
  });
});

describe('tags are suggested with their reason', () => {
  test.each([
    [
      'hard for a low score',
      { image: facts(0.3, 0.2), objects: 1, lowestScore: 0.6 },
      [['hard', 'score', 0.6]],
    ],
    [
      'hard for little contrast',
      { image: facts(0.05, 0.2), objects: 1, lowestScore: null },
      [['hard', 'contrast', 0.05]],
    ],
    ['crowded for many objects', { image: null, objects: 9, lowestScore: 0.9 }, [['crowded', 'objects', 9]]],
    [
      'crowded for many edges',
      { image: facts(0.3, 0.5), objects: 0, lowestScore: null },
      [['crowded', 'edge-density', 0.5]],
    ],
    [
      'hard and crowded',
      { image: facts(0.02, 0.5), objects: 0, lowestScore: null },
      [
        ['hard', 'contrast', 0.02],
        ['crowded', 'edge-density', 0.5],
      ],
    ],
    [
      'simple',
      { image: facts(0.2, 0.04), objects: 2, lowestScore: 0.95 },
      [['simple', 'edge-density', 0.04]],
    ],
    ['nothing in between', { image: facts(0.2, 0.2), objects: 2, lowestScore: 0.95 }, []],
    ['nothing where nothing is known', { image: null, objects: 0, lowestScore: null }, []],
  ])('%s', (_, given, expected) => {
    expect(suggestTags(given).map(({ tag, fact, value }) => [tag, fact, value])).toEqual(expected);
  });
});

describe('a representative selection', () => {
  const points = [
    [0, 100],
    [1, 110],
    [9, 105],
    [10, 900],
    [5, 400],
    [5, 410],
  ].map((values, index) => ({ id: `i${index}`, values }));

  test('begins in the middle and goes where nothing was chosen', () => {
    expect(selectRepresentative(points, 3)).toEqual(['i4', 'i3', 'i0']);
  });

  test('is all of them where no more are there, none for none, and each once', () => {
    expect(new Set(selectRepresentative(points, 99))).toEqual(new Set(points.map(({ id }) => id)));
    expect(selectRepresentative(points, 0)).toEqual([]);
    expect(selectRepresentative([], 3)).toEqual([]);
    expect(
      selectRepresentative(
        [points[0], points[0]].flatMap((point) => point ?? []),
        2,
      ),
    ).toEqual(['i0', 'i0']);
  });
});
