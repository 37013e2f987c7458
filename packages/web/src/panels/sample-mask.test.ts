import { countsToString, encodeRle } from '@calque/core';
import { expect, test } from 'vitest';
import { sampleMask } from './sample-mask.ts';

const picture = ['.......', '.###...', '.###.#.', '.....#.', '.......'];

function rleOf(rows: readonly string[]) {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  const data = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return { size: [height, width] as const, counts: countsToString(encodeRle({ width, height, data })) };
}

function drawn(samples: Uint8Array, columns: number): string[] {
  const text = Array.from(samples, (value) => (value === 1 ? '#' : '.')).join('');
  return text.match(new RegExp(`.{${columns}}`, 'g')) ?? [];
}

test('sampling every pixel gives the mask', () => {
  expect(drawn(sampleMask(rleOf(picture), { x1: 0, y1: 0, x2: 7, y2: 5 }, 7, 5), 7)).toEqual(picture);
});

test('a frame that reaches beyond the image is empty there', () => {
  const samples = sampleMask(rleOf(picture), { x1: -1, y1: 1, x2: 4, y2: 6 }, 5, 5);
  expect(drawn(samples, 5)).toEqual(['..###', '..###', '.....', '.....', '.....']);
});

test('enlarging repeats pixels', () => {
  const samples = sampleMask(rleOf(picture), { x1: 4, y1: 2, x2: 6, y2: 3 }, 4, 2);
  expect(drawn(samples, 4)).toEqual(['..##', '..##']);
});
