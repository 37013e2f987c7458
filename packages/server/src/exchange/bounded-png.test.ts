import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { boundedPng } from './bounded-png.ts';
import { decodeLabelPng } from './label-png.ts';

const SIDE = { width: 5, height: 3 };
const values = Uint8Array.from({ length: 15 }, (_, i) => i * 7);
const plain = encode({ ...SIDE, data: values, depth: 8, channels: 1 });

/** A chunk with a checksum that nobody looks at before the sizes. */
function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}

function png(width: number, height: number, ...chunks: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from(plain).subarray(0, 8),
    chunk('IHDR', header),
    ...chunks,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a picture of labels', () => {
  test('that is what it says has its values', () => {
    expect(decodeLabelPng(plain, 'a.png')).toMatchObject({ ...SIDE, data: values });
    expect(boundedPng(plain)).toEqual(Buffer.from(plain));
  });

  test('that unfolds to more than its header says is refused before it is unfolded', () => {
    const bomb = png(5, 3, chunk('IDAT', deflateSync(Buffer.alloc(50_000_000))));
    expect(bomb.length).toBeLessThan(60_000);
    expect(() => decodeLabelPng(bomb, 'bomb.png')).toThrow(
      expect.objectContaining({ code: 'label-picture-invalid' }),
    );
  });

  test('that claims more pixels than an image may have is refused by its header', () => {
    const vast = png(4_000_000, 4_000_000, chunk('IDAT', deflateSync(Buffer.alloc(10))));
    expect(() => decodeLabelPng(vast, 'vast.png')).toThrow(/4000000 x 4000000/);
  });

  test('loses texts and profiles, which could unfold as well', () => {
    const profile = chunk(
      'iCCP',
      Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(1_000_000))]),
    );
    const bytes = Buffer.from(plain);
    const withProfile = Buffer.concat([bytes.subarray(0, 33), profile, bytes.subarray(33)]);
    expect(boundedPng(withProfile)).toEqual(bytes);
  });

  test.each([0, 7, 8, 20, 40])('that is cut after %i bytes is refused', (length) => {
    expect(() => decodeLabelPng(plain.subarray(0, length), 'cut.png')).toThrow(
      expect.objectContaining({ code: 'label-picture-invalid' }),
    );
  });
});
