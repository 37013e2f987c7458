import { describe, expect, test } from 'vitest';
import { SAM2_MICRO } from '../testing/golden.ts';
import { parseHieraConfig } from './parse-hiera-config.ts';

describe('the description of an encoder', () => {
  test('is taken as it stands', () => {
    expect(parseHieraConfig(SAM2_MICRO)).toEqual({ ...SAM2_MICRO, variant: 'custom' });
  });

  test.each([
    ['a field that nobody reads', { ...SAM2_MICRO, image_size: 256 }, /image_size is 256/],
    ['a window larger than the map', { ...SAM2_MICRO, windows: [8, 65, 14, 7] }, /windows is \[8,65,14,7\]/],
    ['a block that is not there', { ...SAM2_MICRO, globalBlocks: [7] }, /globalBlocks/],
    ['a side that does not divide', { ...SAM2_MICRO, imageSize: 250 }, /imageSize is 250/],
    ['nothing at all', null, /it is null/],
  ])('with %s is refused', (_, description, message) => {
    expect(() => parseHieraConfig(description)).toThrow(message);
    expect(() => parseHieraConfig(description)).toThrow(
      expect.objectContaining({ code: 'checkpoint-config-invalid' }),
    );
  });
});
