/// <reference path="./opentype.d.ts" />
import { parse } from 'opentype.js/dist/opentype.mjs';

/**
 * Letters as outlines: pictures look the same on machines without any font installed.
 *
 * Sizes and positions are in the units of the SVG that the path data go into; `y` is the baseline.
 */
export interface TextFont {
  /** SVG path data of a text whose baseline starts at (x, y). */
  outline(text: string, at: { readonly x: number; readonly y: number; readonly size: number }): string;
  widthOf(text: string, size: number): number;
}

/** `bytes`: a TrueType or OpenType file. */
export function loadFont(bytes: Uint8Array): TextFont {
  const font = parse(new Uint8Array(bytes).buffer);
  return {
    outline: (text, { x, y, size }) => font.getPath(text, x, y, size).toPathData(2),
    widthOf: (text, size) => font.getAdvanceWidth(text, size),
  };
}
