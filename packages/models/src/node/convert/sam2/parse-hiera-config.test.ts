import { describe, expect, test } from 'vitest';
import { parseHieraConfig } from './parse-hiera-config.ts';

const whole = {
  imageSize: 256,
  embedDim: 16,
  heads: 1,
  stages: [1, 2, 3, 1],
  globalBlocks: [4],
  windows: [8, 4, 14, 7],
};

describe('the description of an encoder', () => {
  test('is taken as it stands', () => {
    expect(parseHieraConfig(whole)).toEqual({ ...whole, variant: 'custom' });
  });

  test.each([
    ['a field that nobody reads', { ...whole, image_size: 256 }, /image_size is 256/],
    ['a window larger than the map', { ...whole, windows: [8, 65, 14, 7] }, /windows is \[8,65,14,7\]/],
    ['a block that is not there', { ...whole, globalBlocks: [7] }, /globalBlocks/],
    ['a side that does not divide', { ...whole, imageSize: 250 }, /imageSize is 250/],
    ['nothing at all', null, /it is null/],
  ])('with %s is refused', (_, description, message) => {
    expect(() => parseHieraConfig(description)).toThrow(message);
    expect(() => parseHieraConfig(description)).toThrow(
      expect.objectContaining({ code: 'checkpoint-config-invalid' }),
    );
  });
});
