import type { BoxXyxy, Size } from '@calque/core';
import type { ComparisonLayer } from '../canvas-layers.ts';
import type { ShownMask } from '../masks/shown-mask.ts';
import {
  type Context2d,
  drawImageInFrame,
  enterFrame,
  pathOf,
  type WholePicture,
} from '../pictures/draw-in-frame.ts';

/** Apart for colour-blind eyes, and told apart by their outlines as well: the former one is dashed. */
export const DIFFERENCE_COLORS = { gained: '#1fa2ff', lost: '#ff8a1f', kept: '#dfe3ea' } as const;

export interface ComparisonPicture extends Omit<ComparisonLayer, 'annotationId' | 'setDivider'> {
  readonly picture: WholePicture | null;
  /** Of the oriented image. */
  readonly imageSize: Size;
  /** Part of the image that is shown, of the target's aspect; side by side, of a half's. */
  readonly frame: BoxXyxy;
  readonly opacity: number;
  /** Canvas pixels a line of one pixel has. */
  readonly unit: number;
}

/** Draws two states in one frame over the whole canvas of this size, in canvas pixels. */
export function drawComparison(context: Context2d, target: Size, drawn: ComparisonPicture): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = '#3b3e43';
  context.fillRect(0, 0, target.width, target.height);
  drawComparedMasks(context, target, drawn);
}

/** The same over what is there already; without a `picture` the masks alone. */
export function drawComparedMasks(context: Context2d, target: Size, drawn: ComparisonPicture): void {
  const { before, after, mode, divider, face } = drawn;
  const whole = { x: 0, width: target.width };
  const edge = Math.round(target.width * divider);
  switch (mode) {
    case 'swipe':
      drawState(context, target, { x: 0, width: edge }, 0, before, drawn);
      drawState(context, target, { x: edge, width: target.width - edge }, 0, after, drawn);
      drawDivider(context, edge, target.height, drawn.unit);
      return;
    case 'side': {
      const half = Math.floor(target.width / 2);
      drawState(context, { ...target, width: half }, { x: 0, width: half }, 0, before, drawn);
      drawState(context, { ...target, width: half }, { x: half, width: half }, half, after, drawn);
      drawDivider(context, half, target.height, drawn.unit);
      return;
    }
    case 'blink':
      drawState(context, target, whole, 0, face === 'before' ? before : after, drawn);
      return;
    case 'difference':
      drawDifference(context, target, drawn);
  }
}

interface Strip {
  readonly x: number;
  readonly width: number;
}

/** One state, in a strip of the canvas; the frame begins at `offset` canvas pixels from the left. */
function drawState(
  context: Context2d,
  target: Size,
  strip: Strip,
  offset: number,
  mask: ShownMask | null,
  { frame, picture, imageSize, color, opacity, unit }: ComparisonPicture,
): void {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(strip.x, 0, strip.width, target.height);
  context.clip();
  enterFrame(context, frame, target);
  const { a, e, f } = context.getTransform();
  context.setTransform(a, 0, 0, a, e + offset, f);
  drawImageInFrame(context, picture, imageSize);
  if (mask !== null) {
    const path = pathOf(mask);
    context.fillStyle = color;
    context.globalAlpha = opacity;
    context.fill(path, 'evenodd');
    context.globalAlpha = 1;
    strokeWithHalo(context, path, color, unit / a);
  }
  context.restore();
}

function drawDifference(context: Context2d, target: Size, drawn: ComparisonPicture): void {
  const { frame, picture, imageSize, before, after, unit } = drawn;
  context.save();
  enterFrame(context, frame, target);
  drawImageInFrame(context, picture, imageSize);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 0.55;
  context.drawImage(differenceFill(target, drawn), 0, 0);
  context.globalAlpha = 1;
  enterFrame(context, frame, target);
  const scale = context.getTransform().a;
  if (before !== null) {
    context.setLineDash([(5 * unit) / scale, (4 * unit) / scale]);
    strokeWithHalo(context, pathOf(before), DIFFERENCE_COLORS.lost, unit / scale);
    context.setLineDash([]);
  }
  if (after !== null) strokeWithHalo(context, pathOf(after), DIFFERENCE_COLORS.gained, unit / scale);
  context.restore();
}

/** Opaque: so that each place has one of three colours, and not two of them mixed. */
function differenceFill(target: Size, { frame, before, after }: ComparisonPicture): OffscreenCanvas {
  const canvas = new OffscreenCanvas(target.width, target.height);
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  enterFrame(context, frame, target);
  if (after !== null) {
    context.fillStyle = DIFFERENCE_COLORS.gained;
    context.fill(pathOf(after), 'evenodd');
  }
  if (before !== null) {
    const path = pathOf(before);
    context.globalCompositeOperation = 'source-atop';
    context.fillStyle = DIFFERENCE_COLORS.kept;
    context.fill(path, 'evenodd');
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = DIFFERENCE_COLORS.lost;
    context.fill(path, 'evenodd');
  }
  return canvas;
}

function strokeWithHalo(context: Context2d, path: Path2D, color: string, unit: number): void {
  context.lineJoin = 'round';
  const lines = [
    { style: 'rgb(0 0 0 / 0.55)', width: 3.5 },
    { style: color, width: 1.75 },
  ];
  for (const { style, width } of lines) {
    context.strokeStyle = style;
    context.lineWidth = width * unit;
    context.stroke(path);
  }
}

function drawDivider(context: Context2d, x: number, height: number, unit: number): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = 'rgb(0 0 0 / 0.5)';
  context.fillRect(x - 2 * unit, 0, 4 * unit, height);
  context.fillStyle = '#ffffff';
  context.fillRect(x - unit, 0, 2 * unit, height);
}
