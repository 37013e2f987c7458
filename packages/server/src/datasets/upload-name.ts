const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  jpeg: ['.jpg', '.jpeg'],
  png: ['.png'],
  webp: ['.webp'],
  tiff: ['.tif', '.tiff'],
  avif: ['.avif'],
};

/** Names that Windows keeps for itself, whatever follows the dot. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

/**
 * A safe file name out of one that came with an upload: the last part of the path alone, without signs that a file system or a
 * shell gives a meaning, not hidden, not longer than 150 characters, and ending as its content says.
 */
export function uploadName(given: string, format: string): string {
  const last = given.split(/[\\/]/).at(-1) ?? '';
  const [stem, extension] = splitExtension(last, format);
  const clean = stem
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/g, '')
    .replace(/^[.\s~-]+/, '')
    .replace(/[.\s]+$/, '');
  const short = [...clean].slice(0, 150).join('').trim();
  const safe = short === '' ? 'image' : RESERVED.test(short.split('.', 1)[0] ?? '') ? `_${short}` : short;
  return `${safe}${extension}`;
}

function splitExtension(name: string, format: string): [string, string] {
  const fitting = EXTENSIONS[format] ?? [`.${format}`];
  const lower = name.toLowerCase();
  const found = fitting.find((extension) => lower.endsWith(extension));
  if (found !== undefined) return [name.slice(0, -found.length), found];
  return [name, fitting[0] ?? ''];
}
