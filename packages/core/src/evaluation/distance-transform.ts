import type { Bitmap } from '../mask/bitmap.ts';

/**
 * Squared Euclidean distance from every pixel that is set to the nearest one that is not, pixel centre to pixel centre; 0 where a
 * pixel is not set. What lies outside the mask counts as not set. Exact, in time proportional to the number of pixels.
 *
 * A new Uint32Array of width * height, row-major as the mask.
 * Source: A. Meijster, J. Roerdink, W. Hesselink, A General Algorithm for Computing Distance Transforms in Linear Time, 2000.
 */
export function squaredDistanceTransform(mask: Bitmap): Uint32Array {
  const { width, height } = mask;
  const columns = columnDistances(mask);
  const squared = new Uint32Array(width * height);
  const envelope = new Envelope(width + 2);
  // One column of zeros on either side: the outside.
  const row = new Uint32Array(width + 2);
  for (let y = 0; y < height; y++) {
    const offset = y * width;
    row.set(columns.subarray(offset, offset + width), 1);
    envelope.scanInto(row, squared.subarray(offset, offset + width));
  }
  return squared;
}

/** Distance along the column to the nearest pixel that is not set, per pixel. */
function columnDistances({ width, height, data }: Bitmap): Uint32Array {
  const distances = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const offset = y * width;
    for (let x = 0; x < width; x++) {
      const above = y === 0 ? 0 : (distances[offset - width + x] as number);
      distances[offset + x] = data[offset + x] === 0 ? 0 : above + 1;
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    const offset = y * width;
    for (let x = 0; x < width; x++) {
      const below = y === height - 1 ? 0 : (distances[offset + width + x] as number);
      if (below + 1 < (distances[offset + x] as number)) distances[offset + x] = below + 1;
    }
  }
  return distances;
}

/** Lower envelope of the parabolas (x - i)² + g(i)² over one row; its arrays are used again for every row. */
class Envelope {
  readonly #centres: Int32Array;
  readonly #starts: Int32Array;

  constructor(length: number) {
    this.#centres = new Int32Array(length);
    this.#starts = new Int32Array(length);
  }

  /** `row`: g with a zero at both ends; `squared`: receives the distances of what is between them. */
  scanInto(row: Uint32Array, squared: Uint32Array): void {
    const centres = this.#centres;
    const starts = this.#starts;
    let top = 0;
    centres[0] = 0;
    starts[0] = 0;
    for (let u = 1; u < row.length; u++) {
      const gu = row[u] as number;
      while (top >= 0) {
        const start = starts[top] as number;
        const centre = centres[top] as number;
        const gc = row[centre] as number;
        if ((start - centre) ** 2 + gc * gc <= (start - u) ** 2 + gu * gu) break;
        top--;
      }
      if (top < 0) {
        top = 0;
        centres[0] = u;
        starts[0] = 0;
        continue;
      }
      const centre = centres[top] as number;
      const gc = row[centre] as number;
      const begin = 1 + Math.floor((u * u - centre * centre + gu * gu - gc * gc) / (2 * (u - centre)));
      if (begin < row.length) {
        top++;
        centres[top] = u;
        starts[top] = begin;
      }
    }
    for (let x = row.length - 2; x >= 1; x--) {
      while (x < (starts[top] as number)) top--;
      const centre = centres[top] as number;
      const g = row[centre] as number;
      squared[x - 1] = (x - centre) ** 2 + g * g;
    }
  }
}
