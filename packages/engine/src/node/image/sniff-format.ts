export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif';

export type Sniffed =
  | { readonly supported: true; readonly format: ImageFormat }
  | { readonly supported: false; readonly found: string };

/**
 * Tells a file by its first bytes, whatever its name says. Only what is listed here ever reaches a decoder.
 *
 * @param head the first 64 bytes of the file or more.
 */
export function sniffFormat(head: Uint8Array): Sniffed {
  const text = String.fromCharCode(...head.subarray(0, 64));
  const format = supportedFormat(text);
  return format === null ? { supported: false, found: describe(text) } : { supported: true, format };
}

function supportedFormat(text: string): ImageFormat | null {
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.slice(4, 8) === 'ftyp' && /^(avif|avis)/.test(text.slice(8))) return 'avif';
  // AVIF written with the generic brand lists its own among the compatible ones.
  if (text.slice(4, 12) === 'ftypmif1' && text.includes('avif')) return 'avif';
  return null;
}

function describe(text: string): string {
  if (text.slice(4, 8) === 'ftyp' && /hei[cxms]|hev[cxms]|mif1|msf1/.test(text.slice(8)))
    return 'a HEIC image';
  if (text.startsWith('GIF8')) return 'a GIF image';
  if (text.startsWith('BM')) return 'a BMP image';
  if (text.startsWith('%PDF')) return 'a PDF document';
  if (text.startsWith('PK\x03\x04')) return 'a zip archive';
  if (/^\s*(\xef\xbb\xbf)?<(\?xml|svg|!DOCTYPE svg)/i.test(text)) return 'an SVG drawing';
  if (/^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(text)) return 'a text file';
  return 'not an image';
}
