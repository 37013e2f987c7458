import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resizeRgb } from './resize-rgb.ts';

/** The picture that the expected values were made of. */
function picture(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels.set([(x * 7 + y * 13) % 256, (x * x + y * 3) % 256, ((x ^ y) * 5) % 256], (y * width + x) * 3);
    }
  }
  return pixels;
}

/** Width and height before and after, SHA-256 of what Pillow 9.4.0 `Image.resize(size, BILINEAR)` answers. */
const PILLOW: readonly (readonly [number, number, number, number, string])[] = [
  [37, 23, 64, 64, 'd3c9be99187c447fe18041bc64ce29a91607b56ef2ff27c240219b8f2ed24793'],
  [37, 23, 10, 7, 'e10f4d1c26b785ae48dd208ef8045f3d85fdc3d4b64fe500e4f9e7c1c8f5c00b'],
  [200, 150, 64, 48, 'aba7800e9447edcef356b276636eff82afea8d02ab62580a0ae5320f9d16d874'],
  [150, 200, 64, 64, 'd2ccb7464835dc37634d1a9747ee45f0e422cffd1197f8c5de3186c35b0c70dc'],
  [16, 12, 256, 256, '9fc54c1146507a34ea07d0142f78cdf12b07fd0a149a9b8f253e49162fd16518'],
  [300, 20, 128, 9, 'bc931b2eaf58c3010213d78e48200c0ba47386f1815cec118adca83b144f70ca'],
  [5, 400, 8, 64, '4822ff7f2c362afa22bb8852ab1eda435e3cc87987afc1f8be16f7990554f554'],
  [64, 48, 64, 20, '3c36df00b7c4556c0eb045c175294812ca557ff565cf2c08f3c1b345a11ba9bb'],
  [1, 1, 9, 5, '41a9a42d8072d429502781344a47e9c041ccfcd5455d014064c9227ae54e0187'],
];

describe('resizing as Pillow does', () => {
  test.each(PILLOW)(
    '%i x %i to %i x %i is equal byte for byte',
    (width, height, toWidth, toHeight, sha256) => {
      const resized = resizeRgb(
        picture(width, height),
        { width, height },
        { width: toWidth, height: toHeight },
      );
      expect(createHash('sha256').update(resized).digest('hex')).toBe(sha256);
    },
  );

  test('the same size is a copy', () => {
    const pixels = picture(11, 7);
    const resized = resizeRgb(pixels, { width: 11, height: 7 }, { width: 11, height: 7 });
    expect(resized).toEqual(pixels);
    expect(resized).not.toBe(pixels);
  });
});
