/** The part of opentype.js that is used here; the package ships no types. */
declare module 'opentype.js/dist/opentype.mjs' {
  export interface Path {
    toPathData(decimals: number): string;
  }
  export interface Glyph {
    /** In font units. */
    readonly advanceWidth?: number;
    getPath(x: number, y: number, fontSize: number): Path;
  }
  export interface Font {
    readonly unitsPerEm: number;
    charToGlyph(character: string): Glyph;
    getKerningValue(left: Glyph, right: Glyph): number;
  }
  export function parse(buffer: ArrayBuffer): Font;
}
