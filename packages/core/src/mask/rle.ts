import type { Size } from '../geometry/size.ts';

/**
 * COCO run-length encoding of a mask, uncompressed.
 *
 * `counts`: lengths of alternating runs of 0 and 1 in column-major order (down each column, columns left to right),
 * starting with zeros (the first count may be 0); they add up to width * height. Source: pycocotools `maskApi.c`.
 */
export interface Rle {
  readonly size: Size;
  readonly counts: Uint32Array;
}
