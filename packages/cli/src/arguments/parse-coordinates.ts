import { type BoxXyxy, boxNotFinite, type ImagePoint, isFiniteBox, pointNotFinite } from '@calque/core';
import { InvalidArgumentError } from 'commander';
import { boxSyntax, pointSyntax } from '../errors.ts';

/** Parses `x1,y1,x2,y2`. Spaces may stand in for or beside the commas. Throws `box-syntax` or `box-not-finite`. */
export function parseBox(text: string): BoxXyxy {
  const [x1, y1, x2, y2, ...more] = parseNumbers(text);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined || more.length > 0) {
    throw boxSyntax(text);
  }
  const box = { x1, y1, x2, y2 };
  if (!isFiniteBox(box)) throw boxNotFinite(box);
  return box;
}

/** For the flag of a box: a second one would be passed over without a word. */
export function parseOnlyBox(text: string, earlier: BoxXyxy | undefined): BoxXyxy {
  if (earlier !== undefined) throw new InvalidArgumentError('Expected one box; it was given before.');
  return parseBox(text);
}

/** Parses `x,y`. Throws `point-syntax`, which names the flag, or `point-not-finite`. */
export function parsePoint(text: string, flag: string): ImagePoint {
  const [x, y, ...more] = parseNumbers(text);
  if (x === undefined || y === undefined || more.length > 0) throw pointSyntax(flag, text);
  if (!Number.isFinite(x) || !Number.isFinite(y)) throw pointNotFinite({ x, y }, 0);
  return { x, y };
}

/** No numbers at all when one of them is none. NaN, infinity and what is too large are numbers, to be refused as such. */
function parseNumbers(text: string): readonly number[] {
  const parts = text.trim().split(/\s*,\s*|\s+/);
  const numbers = parts.map(parseNumber);
  return numbers.every((number) => number !== null) ? numbers : [];
}

function parseNumber(text: string): number | null {
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}
