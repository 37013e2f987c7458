import type { Size } from '@calque/core';
import type { AnnotationView } from '../editor/editor-state.ts';
import { pngCanvas } from './mask-png.ts';

export interface OverlayParts {
  readonly image: ImageBitmap;
  /** Of the oriented image: what coordinates are in. */
  readonly size: Size;
  /** Those that are visible, in their order. */
  readonly views: readonly AnnotationView[];
  readonly selectedId: string | null;
  readonly opacity: number;
}

/** The picture with its masks as they are shown, and the prompt of the selected object. Of the picture's own size. */
export function overlayPng({ image, size, views, selectedId, opacity }: OverlayParts): Promise<Blob> {
  const { canvas, context } = pngCanvas(image.width, image.height);
  context.drawImage(image, 0, 0);
  context.scale(image.width / size.width, image.height / size.height);
  const unit = Math.max(1, Math.max(size.width, size.height) / 1200);
  for (const view of views) drawMask(context, view, opacity, unit);
  const selected = views.find(({ annotation }) => annotation.id === selectedId);
  if (selected !== undefined) drawPrompt(context, selected, unit);
  return canvas.convertToBlob({ type: 'image/png' });
}

function drawMask(
  context: OffscreenCanvasRenderingContext2D,
  { mask, color }: AnnotationView,
  opacity: number,
  unit: number,
): void {
  if (mask === null) return;
  const path = new Path2D();
  for (const ring of mask.rings) {
    for (let at = 0; at < ring.length; at += 2) {
      if (at === 0) path.moveTo(ring[0] ?? 0, ring[1] ?? 0);
      else path.lineTo(ring[at] ?? 0, ring[at + 1] ?? 0);
    }
    path.closePath();
  }
  context.fillStyle = color;
  context.globalAlpha = opacity;
  context.fill(path, 'evenodd');
  context.globalAlpha = 1;
  context.lineJoin = 'round';
  const lines = [
    { style: 'rgb(0 0 0 / 0.55)', width: 6 },
    { style: 'rgb(255 255 255 / 0.85)', width: 4 },
    { style: color, width: 2 },
  ];
  for (const { style, width } of lines) {
    context.strokeStyle = style;
    context.lineWidth = width * unit;
    context.stroke(path);
  }
}

const pointColors = { foreground: '#0b7f78', background: '#c2410c' };

function drawPrompt(context: OffscreenCanvasRenderingContext2D, view: AnnotationView, unit: number): void {
  const { box, points } = view.annotation.prompt;
  if (box !== null) {
    context.strokeStyle = '#ffffff';
    context.lineWidth = 3 * unit;
    context.strokeRect(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
    context.strokeStyle = view.color;
    context.lineWidth = 1.5 * unit;
    context.strokeRect(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
  }
  for (const { x, y, label, enabled } of points) {
    if (!enabled) continue;
    context.fillStyle = pointColors[label];
    context.strokeStyle = '#ffffff';
    context.lineWidth = 1.5 * unit;
    context.beginPath();
    context.arc(x, y, 7 * unit, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.beginPath();
    context.moveTo(x - 3.5 * unit, y);
    context.lineTo(x + 3.5 * unit, y);
    if (label === 'foreground') {
      context.moveTo(x, y - 3.5 * unit);
      context.lineTo(x, y + 3.5 * unit);
    }
    context.stroke();
  }
}
