import type { BoxXyxy, Size } from '@calque/core';
import { toView, type ViewTransform } from '../view/view-transform.ts';

/** Lines closer than this would be a grey veil. */
const GRID_SCALE = 10;

/** Lines between the pixels of the image, in view space, once they are large enough. */
export function drawPixelGrid(
  context: CanvasRenderingContext2D,
  view: ViewTransform,
  { frame, image }: { readonly frame: BoxXyxy; readonly image: Size },
): void {
  if (view.scale < GRID_SCALE) return;
  const x1 = Math.max(0, Math.floor(frame.x1));
  const y1 = Math.max(0, Math.floor(frame.y1));
  const x2 = Math.min(image.width, Math.ceil(frame.x2));
  const y2 = Math.min(image.height, Math.ceil(frame.y2));
  const from = toView({ x: x1, y: y1 }, view);
  const to = toView({ x: x2, y: y2 }, view);
  context.beginPath();
  for (let x = x1; x <= x2; x++) {
    const at = Math.round(x * view.scale + view.x) + 0.5;
    context.moveTo(at, from.y);
    context.lineTo(at, to.y);
  }
  for (let y = y1; y <= y2; y++) {
    const at = Math.round(y * view.scale + view.y) + 0.5;
    context.moveTo(from.x, at);
    context.lineTo(to.x, at);
  }
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(128 128 128 / 0.35)';
  context.stroke();
}
