import type { Bitmap, BoxXyxy, PromptPoint, Size } from '@calque/core';
import type { TextFont } from '../text/text-font.ts';
import { MASK_OPACITY, type MaskColour } from './contrast-colour.ts';
import { legendSvg } from './legend.ts';
import { maskOutline } from './mask-outline.ts';
import { type OverlaySize, overlaySize } from './overlay-size.ts';

export interface OverlayContent {
  /** Size of the oriented image; the overlay's own follows from {@link overlaySize}. */
  readonly image: Size;
  /** The mask at the image's size or at the overlay's: its outline is stretched over the overlay. */
  readonly mask: Bitmap;
  /** Smallest box around the mask, in pixels of the image: the legend keeps away from it. */
  readonly maskBox: BoxXyxy | null;
  /** The prompt that made the mask, in pixels of the image. */
  readonly prompt: { readonly box: BoxXyxy | null; readonly points: readonly PromptPoint[] };
  readonly legend: readonly string[];
  readonly font: TextFont;
  /** Tint and contour, chosen for the image: see {@link contrastColour}. */
  readonly maskColour: MaskColour;
}

const COLOURS = {
  box: '#ffd21f',
  foreground: '#12b76a',
  background: '#e5243b',
} as const;

/** An SVG to be laid over the image at {@link overlaySize}: mask, contour, prompt and legend. Text is outlines. */
export function overlaySvg(content: OverlayContent): string {
  const size = overlaySize(content.image);
  const unit = Math.max(1, Math.max(size.width, size.height) / UNITS_PER_SIDE);
  const pen: Pen = { size, unit };
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
    `viewBox="0 0 ${size.width} ${size.height}">` +
    maskSvg(content, pen) +
    (content.prompt.box === null ? '' : boxSvg(content.prompt.box, pen)) +
    content.prompt.points.map((point) => pointSvg(point, pen)).join('') +
    legendSvg(content.font, {
      lines: content.legend,
      canvas: size,
      fontSize: 18 * unit,
      avoid: avoidedBoxes(content, pen),
    }) +
    '</svg>'
  );
}

const POINT_RADIUS = 8;
/** Large pictures are mostly looked at with their longer side shrunk to about so many pixels of a screen. */
const UNITS_PER_SIDE = 1000;

interface Pen {
  readonly size: OverlaySize;
  /** Strokes and glyphs grow with large pictures, which are looked at scaled down. */
  readonly unit: number;
}

/** A dark and a light halo keep the contour visible on any ground. */
function maskSvg({ mask, maskColour }: OverlayContent, { size, unit }: Pen): string {
  const scaleX = size.width / mask.width;
  const scaleY = size.height / mask.height;
  const path = maskOutline(mask);
  if (path === '') return '';
  const stroke = (colour: string, width: number, opacity: number): string =>
    `<use href="#m" fill="none" stroke="${colour}" stroke-width="${r((width * unit) / scaleX)}" ` +
    `stroke-opacity="${opacity}" stroke-linejoin="round"/>`;
  return (
    `<defs><path id="m" d="${path}"/></defs><g transform="scale(${scaleX} ${scaleY})">` +
    `<use href="#m" fill="${maskColour}" fill-opacity="${MASK_OPACITY}" fill-rule="evenodd"/>` +
    stroke('#000', 7, 0.7) +
    stroke('#fff', 5, 1) +
    stroke(maskColour, 2.5, 1) +
    '</g>'
  );
}

function boxSvg(box: BoxXyxy, { size, unit }: Pen): string {
  const inset = unit;
  const x1 = clamp(Math.min(box.x1, box.x2) * size.scale, inset, size.width - inset);
  const x2 = clamp(Math.max(box.x1, box.x2) * size.scale, inset, size.width - inset);
  const y1 = clamp(Math.min(box.y1, box.y2) * size.scale, inset, size.height - inset);
  const y2 = clamp(Math.max(box.y1, box.y2) * size.scale, inset, size.height - inset);
  const rect = `<rect x="${r(x1)}" y="${r(y1)}" width="${r(x2 - x1)}" height="${r(y2 - y1)}" fill="none" `;
  return (
    `${rect}stroke="#000" stroke-opacity="0.6" stroke-width="${r(4.5 * unit)}"/>` +
    `${rect}stroke="${COLOURS.box}" stroke-width="${r(2.5 * unit)}" stroke-dasharray="${r(9 * unit)} ${r(5 * unit)}"/>`
  );
}

/** A disc with a plus or a minus: told apart without colours, too. */
function pointSvg({ x, y, label }: PromptPoint, { size, unit }: Pen): string {
  const radius = POINT_RADIUS * unit;
  const arm = 4.4 * unit;
  const cx = x * size.scale;
  const cy = y * size.scale;
  const plus = label === 'foreground' ? `M${r(cx)} ${r(cy - arm)}V${r(cy + arm)}` : '';
  return (
    `<circle cx="${r(cx)}" cy="${r(cy)}" r="${r(radius + 2.5 * unit)}" fill="#000" fill-opacity="0.55"/>` +
    `<circle cx="${r(cx)}" cy="${r(cy)}" r="${r(radius)}" fill="${COLOURS[label]}" stroke="#fff" ` +
    `stroke-width="${r(1.8 * unit)}"/>` +
    `<path d="M${r(cx - arm)} ${r(cy)}H${r(cx + arm)}${plus}" stroke="#fff" stroke-width="${r(2.2 * unit)}" fill="none"/>`
  );
}

function avoidedBoxes({ maskBox, prompt }: OverlayContent, { size, unit }: Pen): readonly BoxXyxy[] {
  const reach = (POINT_RADIUS * unit) / size.scale;
  const spots = prompt.points.map(({ x, y }) => ({
    x1: x - reach,
    y1: y - reach,
    x2: x + reach,
    y2: y + reach,
  }));
  return [...spots, ...(maskBox === null ? [] : [maskBox]), ...(prompt.box === null ? [] : [prompt.box])].map(
    ({ x1, y1, x2, y2 }) => ({
      x1: x1 * size.scale,
      y1: y1 * size.scale,
      x2: x2 * size.scale,
      y2: y2 * size.scale,
    }),
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

function r(value: number): string {
  return String(Math.round(value * 100) / 100);
}
