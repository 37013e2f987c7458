/** The part of opentype.js that is used here; the package ships no types. */
declare module 'opentype.js/dist/opentype.mjs' {
  export interface Path {
    toPathData(decimals: number): string;
  }
  export interface Font {
    readonly ascender: number;
    readonly descender: number;
    readonly unitsPerEm: number;
    getPath(text: string, x: number, y: number, fontSize: number): Path;
    getAdvanceWidth(text: string, fontSize: number): number;
  }
  export function parse(buffer: ArrayBuffer): Font;
}
