import { describe, expect, test } from 'vitest';
import { areaInMm2, decimalsOf, lengthInMm, pixelsPerMm, validateCalibration } from './calibration.ts';

/** A ruler of 25 mm that is 100 px long: 4 px a mm. */
const ruler = { lengthPx: 100, lengthMm: 25 };

describe('a calibration', () => {
  test('turns lengths by its factor and areas by its square, errors with them', () => {
    expect(pixelsPerMm(ruler)).toBe(4);
    expect(lengthInMm(60, ruler, 2)).toEqual({ value: 15, error: 0.5 });
    expect(areaInMm2(48, ruler, 8)).toEqual({ value: 3, error: 0.5 });
    expect(areaInMm2(48, ruler, null)).toEqual({ value: 3, error: null });
  });

  test.each([
    ['lengthPx', { lengthPx: 0, lengthMm: 25 }],
    ['lengthPx', { lengthPx: Number.NaN, lengthMm: 25 }],
    ['lengthMm', { lengthPx: 100, lengthMm: -1 }],
    ['lengthMm', { lengthPx: 100, lengthMm: Number.POSITIVE_INFINITY }],
  ])('whose %s is no length is refused', (name, calibration) => {
    expect(() => validateCalibration(calibration)).toThrow(
      expect.objectContaining({
        code: 'calibration-invalid',
        details: expect.objectContaining({ name }),
      }),
    );
    expect(validateCalibration(ruler)).toBe(ruler);
  });

  test.each([
    [{ value: 1234.5, error: 12.3 }, 0],
    [{ value: 12.345, error: 0.123 }, 2],
    [{ value: 12.345, error: null }, 2],
    [{ value: 123_456, error: null }, 0],
    [{ value: 0.004_321, error: 0 }, 6],
    [{ value: 0, error: null }, 0],
  ])('shows the decimals that mean something: %o', (value, decimals) => {
    expect(decimalsOf(value)).toBe(decimals);
  });
});
