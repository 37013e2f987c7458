import type { Figure } from '@calque/api';
import { describe, expect, test } from 'vitest';
import { figureCounts, figureMean, figureSum } from './figure-values.ts';

const figures: readonly Figure[] = [
  { name: 'calque_masks_total', labels: { model: 'a', extent: 'empty' }, value: 2 },
  { name: 'calque_masks_total', labels: { model: 'b', extent: 'empty' }, value: 3 },
  { name: 'calque_masks_total', labels: { model: 'a', extent: 'partial' }, value: 40 },
  { name: 'calque_masks_total', labels: { model: 'a', extent: 'full' }, value: 0 },
  { name: 'calque_box_image_ratio_sum', labels: { model: 'a' }, value: 1.5 },
  { name: 'calque_box_image_ratio_count', labels: { model: 'a' }, value: 6 },
  { name: 'calque_abandoned_total', labels: {}, value: 4 },
];

describe('figures of a scrape', () => {
  test('are added up over the labels that are not asked for', () => {
    expect(figureSum(figures, 'calque_masks_total')).toBe(45);
    expect(figureSum(figures, 'calque_masks_total', { extent: 'empty' })).toBe(5);
    expect(figureSum(figures, 'calque_abandoned_total')).toBe(4);
    expect(figureSum(figures, 'calque_nothing_total')).toBe(0);
  });

  test('have a mean where something was measured', () => {
    expect(figureMean(figures, 'calque_box_image_ratio')).toBe(0.25);
    expect(figureMean(figures, 'calque_mask_box_ratio')).toBeNull();
  });

  test('are listed by a label, the largest first, without those that never happened', () => {
    expect(figureCounts(figures, 'calque_masks_total', 'extent')).toEqual([
      { label: 'partial', count: 40 },
      { label: 'empty', count: 5 },
    ]);
  });
});
