import type { ShownMask } from '../../masks/shown-mask.ts';
import { pathOf } from '../../pictures/draw-in-frame.ts';

export interface MaskStyle {
  /** CSS colour of the object. */
  readonly color: string;
  readonly opacity: number;
  /** 0 to 1: of a mask that comes or goes. */
  readonly presence: number;
  readonly emphasis: 'usual' | 'selected' | 'preview';
  /** Units of the context that a CSS pixel has. */
  readonly unit: number;
}

/** From the outermost line inwards; widths in CSS pixels. A dark and a light line keep the contour apart from any picture. */
const LINES = {
  usual: [
    { style: 'rgb(0 0 0 / 0.4)', width: 4 },
    { style: 'rgb(255 255 255 / 0.5)', width: 3 },
    { style: null, width: 1.5 },
  ],
  selected: [
    { style: 'rgb(0 0 0 / 0.55)', width: 6 },
    { style: 'rgb(255 255 255 / 0.85)', width: 4 },
    { style: null, width: 2 },
  ],
  preview: [
    { style: 'rgb(0 0 0 / 0.5)', width: 3 },
    { style: '#ffffff', width: 1.5 },
  ],
} as const;

/** Draws a mask in a context of image space: filled with the object's colour, with a contour that shows on any picture. */
export function drawMask(context: CanvasRenderingContext2D, mask: ShownMask, style: MaskStyle): void {
  const path = pathOf(mask);
  const { color, opacity, presence, emphasis, unit } = style;
  const strength = emphasis === 'usual' ? 0.8 : emphasis === 'preview' ? 0.6 : 1;
  context.fillStyle = color;
  context.globalAlpha = opacity * presence * strength;
  context.fill(path, 'evenodd');
  context.globalAlpha = presence;
  context.lineJoin = 'round';
  for (const line of LINES[emphasis]) {
    context.strokeStyle = line.style ?? color;
    context.lineWidth = line.width * unit;
    context.stroke(path);
  }
  context.globalAlpha = 1;
}
