import { expect, test } from 'vitest';
import { captureFileName } from './captures.ts';

test('a capture is named after its image, its object and what it is', () => {
  expect(captureFileName('dog.jpg', 'left ear', 'mask')).toBe('dog.left-ear.mask.png');
});

test('a picture of the whole image bears no name of an object', () => {
  expect(captureFileName('a.b.tif', 'left ear', 'overlay')).toBe('a.b.overlay.png');
});

test('a name that would leave the folder does not', () => {
  expect(captureFileName('dog.jpg', '../../œil', 'record')).toBe('dog...-..-œil.json');
});
