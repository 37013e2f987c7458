/**
 * A text whose order by code units is the order of paths as people count: `a2` before `a10`, folders before files of the same
 * beginning, capitals and accents beside the plain letters. Different paths have different keys.
 */
export function naturalKey(path: string): string {
  // SQLite reads a text up to its first zero.
  return `${sortable(path)}\u0001${path}`;
}

/** {@link naturalKey} without what makes it unique. */
export function sortable(path: string): string {
  return plain(path)
    .replaceAll('/', '\u0002')
    .replaceAll(/[0-9]+/g, (digits) => {
      const number = digits.replace(/^0+(?=.)/, '');
      // A longer number is a greater one; the length stands before it, as one sign.
      return `0${String.fromCharCode(0x21 + Math.min(number.length, 90))}${number}`;
    });
}

function plain(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what is plain already
  if (/^[\u0000-\u007f]*$/.test(path)) return path.toLowerCase();
  return path.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
