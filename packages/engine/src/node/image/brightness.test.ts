import { expect, test } from 'vitest';
import { brightnessOf } from './brightness.ts';

test('black is 0, white is 1, and green is brighter than red, red than blue', () => {
  expect(brightnessOf(new Uint8Array(9))).toBe(0);
  expect(brightnessOf(new Uint8Array(9).fill(255))).toBeCloseTo(1, 12);
  expect(brightnessOf(Uint8Array.of(255, 0, 0))).toBeCloseTo(0.2126, 12);
  expect(brightnessOf(Uint8Array.of(0, 255, 0))).toBeCloseTo(0.7152, 12);
  expect(brightnessOf(Uint8Array.of(0, 0, 255))).toBeCloseTo(0.0722, 12);
});

test('the brightness of pixels is their mean', () => {
  expect(brightnessOf(Uint8Array.of(51, 51, 51, 204, 204, 204))).toBeCloseTo(0.5, 12);
});

test('of no pixels it is 0', () => {
  expect(brightnessOf(new Uint8Array())).toBe(0);
});
