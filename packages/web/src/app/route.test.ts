import { describe, expect, test } from 'vitest';
import { pathOf, placeOf } from './route.ts';

describe('an address', () => {
  test.each([
    ['/', { page: 'start' }],
    ['/monitoring', { page: 'monitoring' }],
    ['/d/photos', { page: 'dataset', datasetId: 'photos' }],
    ['/d/photos/table', { page: 'table', datasetId: 'photos' }],
    ['/d/a%20b/i/c%2Fd', { page: 'image', datasetId: 'a b', imageId: 'c/d' }],
  ] as const)('%s names its place, and the place has that address', (path, place) => {
    expect(placeOf(path)).toEqual(place);
    expect(pathOf(place)).toBe(path);
  });

  test('that is damaged names something that is not there, and does not throw', () => {
    expect(placeOf('/d/50%')).toEqual({ page: 'dataset', datasetId: '50%' });
  });

  test('that means nothing is the start', () => {
    expect(placeOf('/settings/x')).toEqual({ page: 'start' });
  });
});
