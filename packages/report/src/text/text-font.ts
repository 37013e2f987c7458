/// <reference path="./opentype.d.ts" />
import { type Font, type Glyph, parse } from 'opentype.js/dist/opentype.mjs';

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
    outline: (text, { x, y, size }) =>
      placeGlyphs(font, text)
        .map(({ glyph, offset }) => glyph.getPath(x + offset * size, y, size).toPathData(2))
        .join(''),
    widthOf: (text, size) => (placeGlyphs(font, text).at(-1)?.end ?? 0) * size,
  };
}

interface PlacedGlyph {
  readonly glyph: Glyph;
  /** In ems from the start of the text. */
  readonly offset: number;
  readonly end: number;
}

/**
 * One glyph a character, kerned. The library's own layout applies the font's substitution tables and throws on those
 * of DejaVu that it does not know; labels and numbers need none of them.
 */
function placeGlyphs(font: Font, text: string): PlacedGlyph[] {
  const placed: PlacedGlyph[] = [];
  for (const character of text) {
    const glyph = font.charToGlyph(character);
    const before = placed.at(-1);
    const kerning = before === undefined ? 0 : font.getKerningValue(before.glyph, glyph);
    const offset = (before?.end ?? 0) + kerning / font.unitsPerEm;
    placed.push({ glyph, offset, end: offset + (glyph.advanceWidth ?? 0) / font.unitsPerEm });
  }
  return placed;
}
