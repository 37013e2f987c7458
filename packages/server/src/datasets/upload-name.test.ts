import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uploadName } from './upload-name.ts';

test.each([
  ['photo.JPG', 'jpeg', 'photo.jpg'],
  ['photo.jpeg', 'jpeg', 'photo.jpeg'],
  ['../../etc/passwd', 'png', 'passwd.png'],
  ['..\\..\\evil.png', 'png', 'evil.png'],
  ['.calque', 'png', 'calque.png'],
  ['-rf.png', 'png', 'rf.png'],
  ['a\u0000b\n.png', 'png', 'ab.png'],
  ['page.html', 'png', 'page.html.png'],
  ['CON.png', 'png', '_CON.png'],
  ['\u202egnp.exe', 'jpeg', 'gnp.exe.jpg'],
  ['', 'webp', 'image.webp'],
  ['été à Nîmes.tif', 'tiff', 'été à Nîmes.tif'],
])('%j of a %s becomes %j', (given, format, expected) => {
  expect(uploadName(given, format)).toBe(expected);
});

test('whatever a name is, it stays in its folder, is not hidden, and is short enough', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = uploadName(given, 'png');
      expect(name).toMatch(/^[^/\\\0]+\.png$/);
      expect(name.startsWith('.')).toBe(false);
      expect([...name].length).toBeLessThanOrEqual(155);
    }),
    { seed: 20_261_124 },
  );
});
