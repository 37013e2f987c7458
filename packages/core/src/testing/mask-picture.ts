import { type Bitmap, createBitmap } from '../mask/bitmap.ts';

/**
 * A mask drawn as text, one line a row: `#` is set, `.` is not. Blank lines around it and indentation do not count.
 * For tests.
 */
export function maskFromPicture(picture: string): Bitmap {
  const rows = picture
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '');
  const width = rows[0]?.length ?? 0;
  const bitmap = createBitmap({ width, height: rows.length });
  rows.forEach((row, y) => {
    if (!/^[.#]+$/.test(row) || row.length !== width) throw new Error(`row ${y + 1} of the picture: ${row}`);
    for (let x = 0; x < width; x++) bitmap.data[y * width + x] = row[x] === '#' ? 1 : 0;
  });
  return bitmap;
}

/** The inverse of {@link maskFromPicture}: rows of `#` and `.`, joined by line breaks. */
export function pictureOfMask({ width, height, data }: Bitmap): string {
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => (value === 0 ? '.' : '#')).join(''),
  );
  return rows.join('\n');
}
