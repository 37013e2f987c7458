import type { Stroke } from '../gestures/gesture.ts';

/** A stroke of the brush in image space, over the mask that it will become part of. Erasing takes away what is there. */
export function drawStroke(
  context: CanvasRenderingContext2D,
  { points, mode, diameterPx }: Stroke,
  { color, opacity }: { readonly color: string; readonly opacity: number },
): void {
  const [first, ...others] = points;
  if (first === undefined) return;
  context.save();
  context.beginPath();
  context.moveTo(first.x, first.y);
  // A line to itself is a dot.
  context.lineTo(first.x, first.y);
  for (const { x, y } of others) context.lineTo(x, y);
  context.lineWidth = diameterPx;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = color;
  context.globalAlpha = mode === 'erase' ? 1 : Math.max(0.3, opacity);
  context.globalCompositeOperation = mode === 'erase' ? 'destination-out' : 'source-over';
  context.stroke();
  context.restore();
}
