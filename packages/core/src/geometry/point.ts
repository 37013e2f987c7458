declare const space: unique symbol;

/**
 * A position in pixels of the oriented image (after EXIF rotation). The centre of the top-left pixel is at
 * (0.5, 0.5); the image spans [0, width) x [0, height).
 */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
  readonly [space]?: 'image';
}

/** A position in pixels of the square that the encoder sees, e.g. 1024 x 1024. */
export interface ModelPoint {
  readonly x: number;
  readonly y: number;
  readonly [space]?: 'model';
}

/** A position in CSS pixels of the canvas, from its top-left corner. */
export interface ViewPoint {
  readonly x: number;
  readonly y: number;
  readonly [space]?: 'view';
}
