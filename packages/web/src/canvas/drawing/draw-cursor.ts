import type { Size, ViewPoint } from '@calque/core';

/** The brush, as large as it paints. In view space. */
export function drawBrushCursor(context: CanvasRenderingContext2D, at: ViewPoint, radiusPx: number): void {
  const lines = [
    { style: 'rgb(0 0 0 / 0.65)', width: 3 },
    { style: '#ffffff', width: 1.25 },
  ];
  for (const { style, width } of lines) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    context.arc(at.x, at.y, Math.max(1, radiusPx), 0, 2 * Math.PI);
    context.stroke();
  }
}

/** The crosshair of the keyboard, across the whole view. */
export function drawCrosshair(
  context: CanvasRenderingContext2D,
  { x, y }: ViewPoint,
  { width, height }: Size,
): void {
  const gap = 6;
  for (const [style, line] of [
    ['rgb(0 0 0 / 0.6)', 3],
    ['#ffffff', 1],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = line;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(x - gap, y);
    context.moveTo(x + gap, y);
    context.lineTo(width, y);
    context.moveTo(x, 0);
    context.lineTo(x, y - gap);
    context.moveTo(x, y + gap);
    context.lineTo(x, height);
    context.stroke();
  }
}
