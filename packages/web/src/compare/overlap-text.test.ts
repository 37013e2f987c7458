import { expect, test } from 'vitest';
import { formatsOf } from '../i18n/formats.ts';
import { overlapText } from './overlap-text.ts';

test.each([
  [1, '1.000'],
  [0.99974, '0.999'],
  [0.9862, '0.986'],
  [0, '0.000'],
])('an overlap of %d is written %s', (overlap, shown) => {
  expect(overlapText(overlap, { format: formatsOf('en') })).toBe(shown);
});
