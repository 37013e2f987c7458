import type { BoxXyxy, ImagePoint } from '@calque/core';
import { boxSyntax, pointSyntax } from '../errors.ts';

/** Parses `x1,y1,x2,y2`. Spaces may stand in for or beside the commas. Throws `box-syntax`. */
export function parseBox(text: string): BoxXyxy {
  const [x1, y1, x2, y2, ...more] = parseNumbers(text);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined || more.length > 0) {
    throw boxSyntax(text);
  }
  return { x1, y1, x2, y2 };
}

/** Parses `x,y`. Throws `point-syntax`, which names the flag. */
export function parsePoint(text: string, flag: string): ImagePoint {
  const [x, y, ...more] = parseNumbers(text);
  if (x === undefined || y === undefined || more.length > 0) throw pointSyntax(flag, text);
  return { x, y };
}

/** No numbers at all when one of them is none: NaN and Infinity are refused like any other word. */
function parseNumbers(text: string): readonly number[] {
  const parts = text.trim().split(/\s*,\s*|\s+/);
  const numbers = parts.map((part) =>
    /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part) ? Number(part) : Number.NaN,
  );
  return numbers.every(Number.isFinite) ? numbers : [];
}
