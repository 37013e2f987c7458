import type { Bitmap, BoxXyxy, Size } from '@calque/core';
import type { TextFont } from '../text/text-font.ts';
import { MASK_COLOURS } from './contrast-colour.ts';
import { maskOutline } from './mask-outline.ts';

export interface SheetContent {
  /** Of the picture, in its pixels; masks have this size too. */
  readonly canvas: Size;
  readonly objects: readonly {
    readonly mask: Bitmap;
    readonly maskBox: BoxXyxy | null;
    readonly mark: string;
  }[];
  readonly font: TextFont;
}

const FILL_OPACITY = 0.35;

/** An SVG to be laid over the image: all masks with their outlines, each with its mark. Text is outlines. */
export function sheetSvg({ canvas, objects, font }: SheetContent): string {
  const unit = Math.max(1, Math.max(canvas.width, canvas.height) / 1000);
  const colourOf = (i: number): string => MASK_COLOURS[i % MASK_COLOURS.length] as string;
  const masks = objects.map(({ mask }, i) => shape(maskOutline(mask), colourOf(i), unit));
  const marks = objects.map(({ maskBox, mark }, i) =>
    maskBox === null ? '' : plate(mark, maskBox, { canvas, font, colour: colourOf(i), size: 16 * unit }),
  );
  return svgOf(canvas, masks.join('') + marks.join(''));
}

function shape(path: string, colour: string, unit: number): string {
  if (path === '') return '';
  const stroke = (ink: string, width: number): string =>
    `<path d="${path}" fill="none" stroke="${ink}" stroke-width="${width * unit}" stroke-linejoin="round"/>`;
  return `<path d="${path}" fill="${colour}" fill-opacity="${FILL_OPACITY}" fill-rule="evenodd"/>${stroke('#fff', 3.5)}${stroke(colour, 2)}`;
}

interface PlateLook {
  readonly canvas: Size;
  readonly font: TextFont;
  readonly colour: string;
  readonly size: number;
}

/** In the middle of the mask's box, within the canvas. */
function plate(text: string, box: BoxXyxy, { canvas, font, colour, size }: PlateLook): string {
  const width = font.widthOf(text, size) + size * 0.7;
  const height = size * 1.4;
  const left = Math.min(Math.max((box.x1 + box.x2 - width) / 2, 0), canvas.width - width);
  const top = Math.min(Math.max((box.y1 + box.y2 - height) / 2, 0), canvas.height - height);
  const words = font.outline(text, { x: left + size * 0.35, y: top + size * 1.06, size });
  return (
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="${size * 0.25}" fill="#16181c" fill-opacity="0.82" ` +
    `stroke="${colour}" stroke-width="${size * 0.1}"/><path d="${words}" fill="#fff"/>`
  );
}

function svgOf({ width, height }: Size, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
}

/** Apart for any kind of colour vision; the outlines tell them apart as well: what was before is dashed. */
const DIFFERENCE_COLOURS = { gained: '#1fa2ff', lost: '#ff8a1f', kept: '#dfe3ea' } as const;

/** An SVG to be laid over the image: what two masks share, and what either has alone. Masks have the size of the canvas. */
export function differenceSvg(canvas: Size, before: Bitmap, after: Bitmap): string {
  const unit = Math.max(1, Math.max(canvas.width, canvas.height) / 1000);
  const both = combined(before, after, (a, b) => a & b);
  const gained = combined(before, after, (a, b) => b & ~a);
  const lost = combined(before, after, (a, b) => a & ~b);
  const fill = (mask: Bitmap, colour: string): string =>
    `<path d="${maskOutline(mask)}" fill="${colour}" fill-opacity="0.6" fill-rule="evenodd"/>`;
  const line = (mask: Bitmap, colour: string, dash: string): string =>
    `<path d="${maskOutline(mask)}" fill="none" stroke="#000" stroke-opacity="0.55" stroke-width="${3.5 * unit}"${dash}/>` +
    `<path d="${maskOutline(mask)}" fill="none" stroke="${colour}" stroke-width="${1.75 * unit}"${dash}/>`;
  const { kept: keptColour, gained: gainedColour, lost: lostColour } = DIFFERENCE_COLOURS;
  const fills = fill(both, keptColour) + fill(gained, gainedColour) + fill(lost, lostColour);
  const dash = ` stroke-dasharray="${5 * unit} ${4 * unit}"`;
  return svgOf(canvas, fills + line(before, lostColour, dash) + line(after, gainedColour, ''));
}

function combined(a: Bitmap, b: Bitmap, of: (a: number, b: number) => number): Bitmap {
  const data = a.data.map((value, i) => of(value, b.data[i] as number) & 1);
  return { width: a.width, height: a.height, data };
}
