/** A number as it stands in an SVG: at most two decimals, never in exponents. */
export function svgNumber(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}

/** Text and attribute values of an SVG; characters that XML 1.0 does not know are left out. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML refuses.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

export interface TextPlace {
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly fill: string;
  readonly weight?: number;
  /** Degrees clockwise around (x, y). */
  readonly turn?: number;
}

export const FONT_SIZE = 12;

export function svgText(text: string, place: TextPlace): string {
  const { x, y, anchor = 'start', size = FONT_SIZE, fill, weight, turn } = place;
  return (
    `<text x="${svgNumber(x)}" y="${svgNumber(y)}" font-size="${svgNumber(size)}" fill="${fill}"` +
    (anchor === 'start' ? '' : ` text-anchor="${anchor}"`) +
    (weight === undefined ? '' : ` font-weight="${weight}"`) +
    (turn === undefined ? '' : ` transform="rotate(${turn} ${svgNumber(x)} ${svgNumber(y)})"`) +
    `>${escapeXml(text)}</text>`
  );
}

/** An estimate on the safe side, for margins and line breaks: plots look the same whichever sans-serif draws them. */
export function textWidth(text: string, size: number = FONT_SIZE): number {
  return text.length * size * 0.6;
}

/** The text cut so that it is estimated to fit. */
export function fittedText(text: string, width: number, size: number = FONT_SIZE): string {
  if (textWidth(text, size) <= width) return text;
  return `${text.slice(0, Math.max(1, Math.floor(width / (size * 0.6)) - 1))}…`;
}
