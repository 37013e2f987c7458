import type { AnnotationPoint, AnnotationPrompt, BoxXyxy, PointLabel, ViewPoint } from '@calque/core';
import type { Live } from '../gestures/gesture.ts';
import { type Hit, handlesOf } from '../gestures/hit-test.ts';
import { boxToView, toView, type ViewTransform } from '../view/view-transform.ts';

export interface DrawnPrompt {
  readonly prompt: AnnotationPrompt;
  readonly color: string;
  readonly isLocked: boolean;
  readonly live: Live | null;
  readonly hit: Hit;
  readonly selectedPointId: string | null;
}

/** Told apart by their glyphs as well; with a white ring they show on any picture. */
export const POINT_COLORS = { foreground: '#0b7f78', background: '#c2410c' } as const;

const DISC_PX = 5;
const HANDLE_PX = 8;

/** Draws box and points in a context of view space, CSS pixels: they have the same size at every zoom. */
export function drawPrompt(context: CanvasRenderingContext2D, view: ViewTransform, drawn: DrawnPrompt): void {
  const { prompt, live, hit, selectedPointId } = drawn;
  const box = live?.box ?? prompt.box;
  if (box !== null) drawBox(context, view, box, drawn);
  for (const point of prompt.points) {
    const moved = live?.point?.id === point.id ? live.point.at : point;
    const chosen = point.id === selectedPointId || (hit.kind === 'point' && hit.point.id === point.id);
    drawPoint(context, toView(moved, view), point, chosen ? 'chosen' : 'usual');
  }
  if (live?.newPoint !== undefined) {
    const { at, label } = live.newPoint;
    drawPoint(context, toView(at, view), { label, enabled: true }, 'usual');
  }
}

function drawBox(
  context: CanvasRenderingContext2D,
  view: ViewTransform,
  box: BoxXyxy,
  { color, live, isLocked }: DrawnPrompt,
): void {
  const shown = boxToView(box, view);
  strokeBox(context, shown, color, live?.box === undefined ? 'still' : 'drawn');
  if (live?.box !== undefined) drawSize(context, shown, box);
  else if (!isLocked) for (const handle of handlesOf(shown)) drawHandle(context, handle, color);
}

/** A light line on a dark one. The dashes of a box that is being drawn go around as it grows. */
function strokeBox(
  context: CanvasRenderingContext2D,
  { x1, y1, x2, y2 }: BoxXyxy,
  color: string,
  state: 'still' | 'drawn',
): void {
  context.lineJoin = 'miter';
  context.strokeStyle = 'rgb(0 0 0 / 0.6)';
  context.lineWidth = 3.5;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.strokeStyle = '#ffffff';
  context.lineWidth = 1.5;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.strokeStyle = state === 'drawn' ? '#1a1e24' : color;
  if (state === 'drawn') {
    context.setLineDash([5, 5]);
    context.lineDashOffset = -(x2 - x1 + y2 - y1) / 4;
  }
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.setLineDash([]);
}

function drawHandle(context: CanvasRenderingContext2D, { x, y }: ViewPoint, color: string): void {
  const half = HANDLE_PX / 2;
  context.fillStyle = 'rgb(0 0 0 / 0.6)';
  context.fillRect(x - half - 1, y - half - 1, HANDLE_PX + 2, HANDLE_PX + 2);
  context.fillStyle = '#ffffff';
  context.fillRect(x - half, y - half, HANDLE_PX, HANDLE_PX);
  context.fillStyle = color;
  context.fillRect(x - half + 2, y - half + 2, HANDLE_PX - 4, HANDLE_PX - 4);
}

/** Width and height in pixels of the image, below the corner that is being drawn. */
function drawSize(context: CanvasRenderingContext2D, shown: BoxXyxy, box: BoxXyxy): void {
  const label = `${box.x2 - box.x1} × ${box.y2 - box.y1}`;
  context.font = '500 12px "Inter Variable", system-ui, sans-serif';
  const width = context.measureText(label).width + 12;
  const x = Math.max(4, shown.x2 - width);
  const y = shown.y2 + 8;
  context.fillStyle = 'rgb(20 22 26 / 0.88)';
  context.beginPath();
  context.roundRect(x, y, width, 20, 4);
  context.fill();
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  context.fillText(label, x + 6, y + 10.5);
}

/** A disc with a plus or a minus. One that is switched off is hollow. */
function drawPoint(
  context: CanvasRenderingContext2D,
  { x, y }: ViewPoint,
  { label, enabled }: Pick<AnnotationPoint, 'label' | 'enabled'>,
  state: 'usual' | 'chosen',
): void {
  const radius = state === 'chosen' ? DISC_PX + 3 : DISC_PX + 1;
  const color = POINT_COLORS[label];
  disc(context, x, y, radius + 2.5, state === 'chosen' ? 'rgb(0 0 0 / 0.85)' : 'rgb(0 0 0 / 0.5)');
  disc(context, x, y, radius + 1.5, '#ffffff');
  if (enabled) disc(context, x, y, radius, color);
  drawGlyph(context, { x, y }, label, { color: enabled ? '#ffffff' : color, reach: radius - 2.5 });
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function drawGlyph(
  context: CanvasRenderingContext2D,
  { x, y }: ViewPoint,
  label: PointLabel,
  { color, reach }: { readonly color: string; readonly reach: number },
): void {
  context.strokeStyle = color;
  context.lineWidth = 1.75;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(x - reach, y);
  context.lineTo(x + reach, y);
  if (label === 'foreground') {
    context.moveTo(x, y - reach);
    context.lineTo(x, y + reach);
  }
  context.stroke();
  context.lineCap = 'butt';
}
