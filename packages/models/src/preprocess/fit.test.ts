import { describe, expect, test } from 'vitest';
import { fitImage, toModelPoint } from './fit.ts';

const square = { width: 1024, height: 1024 };

describe('how an image lies in the model input', () => {
  test('SAM 2 squashes: each axis has its own scale', () => {
    const fit = fitImage({ width: 1800, height: 1200 }, { fit: 'squash', size: square });
    expect(fit.scaled).toEqual(square);
    expect(toModelPoint({ x: 900, y: 300 }, fit)).toEqual({ x: 512, y: 256 });
  });

  test('SAM 1 keeps the aspect and pads', () => {
    const fit = fitImage({ width: 1800, height: 1200 }, { fit: 'pad', size: square });
    expect(fit.scaled).toEqual({ width: 1024, height: 683 });
    expect(toModelPoint({ x: 1800, y: 1200 }, fit)).toEqual({ x: 1024, y: 683 });
  });

  test('an image higher than wide is padded on the right', () => {
    expect(fitImage({ width: 30, height: 90 }, { fit: 'pad', size: square }).scaled).toEqual({
      width: 341,
      height: 1024,
    });
  });

  test('a hair-thin image keeps one pixel', () => {
    expect(fitImage({ width: 9000, height: 2 }, { fit: 'pad', size: square }).scaled).toEqual({
      width: 1024,
      height: 1,
    });
  });
});
