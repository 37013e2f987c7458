import type { AnnotationPrompt, Size } from '@calque/core';
import { pngCanvas } from '../captures/mask-png.ts';
import type { Text } from '../i18n/use-text.ts';
import { frameAround } from '../pictures/frame-around.ts';
import type { ComparableState } from './comparable-states.ts';
import { comparisonRows } from './comparison-rows.ts';
import { type ComparisonPicture, DIFFERENCE_COLORS, drawComparison } from './draw-comparison.ts';
import { overlapText } from './overlap-text.ts';
import { cornersText, stateTitle } from './state-title.ts';
import type { Compared } from './use-compared.ts';

export interface ComparisonSheet {
  /** What stands above: the image's and the object's name. */
  readonly title: string;
  readonly color: string;
  readonly imageSize: Size;
  readonly picture: ComparisonPicture['picture'];
  readonly opacity: number;
  readonly before: ComparableState;
  readonly after: ComparableState;
  readonly compared: Compared;
  readonly text: Text;
}

const MARGIN = 32;
const PANEL: Size = { width: 600, height: 450 };
const LINE = 28;
const FONT = '"Inter Variable", system-ui, sans-serif';
const INK = { text: '#1a1e24', soft: '#49515d', line: '#dde1e6', paper: '#ffffff' } as const;

/** Both states and their difference, the numbers and the prompts, on one white sheet. */
export function comparisonPng(sheet: ComparisonSheet): Promise<Blob> {
  const longest = Math.max(
    ...[sheet.before, sheet.after].map((state) => promptLines(state, sheet.text).length),
  );
  const tableTop = MARGIN * 3 + PANEL.height + 2 * LINE;
  const height = tableTop + Math.max(8, longest + 1) * LINE + MARGIN;
  const { canvas, context } = pngCanvas(4 * MARGIN + 3 * PANEL.width, height);
  context.fillStyle = INK.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  write(context, sheet.title, MARGIN, MARGIN + 12, { size: 24, weight: 600 });
  drawPanels(context, sheet);
  drawNumbers(context, sheet, tableTop);
  drawPrompts(context, sheet, tableTop);
  return canvas.convertToBlob({ type: 'image/png' });
}

const columnX = (column: number): number => MARGIN + column * (PANEL.width + MARGIN);

function drawPanels(context: OffscreenCanvasRenderingContext2D, sheet: ComparisonSheet): void {
  const { compared, imageSize, picture, opacity, color, text } = sheet;
  const [before, after] = [compared.before?.mask ?? null, compared.after?.mask ?? null];
  const boxes = [before?.measures.box ?? null, after?.measures.box ?? null];
  const frame = frameAround(boxes, imageSize, PANEL.width / PANEL.height);
  const shared = { before, after, frame, imageSize, picture, opacity, color, divider: 0.5, unit: 2 };
  const panels = [
    { mode: 'blink', face: 'before', title: `A · ${stateTitle(sheet.before, text)}` },
    { mode: 'blink', face: 'after', title: `B · ${stateTitle(sheet.after, text)}` },
    { mode: 'difference', face: 'after', title: text('compare.mode.difference') },
  ] as const;
  const top = 2 * MARGIN + LINE;
  panels.forEach(({ mode, face, title }, column) => {
    const panel = pngCanvas(PANEL.width, PANEL.height);
    drawComparison(panel.context, PANEL, { ...shared, mode, face });
    write(context, title, columnX(column), top - 16, { size: 17, weight: 600 });
    context.drawImage(panel.canvas, columnX(column), top);
  });
  drawLegend(context, sheet, top + PANEL.height + LINE);
}

function drawLegend(
  context: OffscreenCanvasRenderingContext2D,
  { compared, text }: ComparisonSheet,
  y: number,
): void {
  const { gainedPx, lostPx, keptPx } = compared.comparison;
  let x = columnX(2);
  for (const [name, px] of [
    ['gained', gainedPx],
    ['lost', lostPx],
    ['kept', keptPx],
  ] as const) {
    context.fillStyle = DIFFERENCE_COLORS[name];
    context.fillRect(x, y - 12, 14, 14);
    context.strokeStyle = INK.soft;
    context.lineWidth = 1;
    context.strokeRect(x, y - 12, 14, 14);
    x += 22 + write(context, `${text(`compare.${name}`)} ${text.format.number(px)} px`, x + 22, y, {}) + 20;
  }
}

function drawNumbers(context: OffscreenCanvasRenderingContext2D, sheet: ComparisonSheet, top: number): void {
  const { compared, text } = sheet;
  const { iou, dice } = compared.comparison;
  const x = columnX(2);
  const columns = [x + 330, x + 460, x + PANEL.width];
  const line = (at: number, name: string, values: readonly string[], weight: number): void => {
    const y = top + at * LINE;
    write(context, name, x, y, { weight, color: at === 0 ? INK.soft : INK.text });
    values.forEach((value, column) => {
      write(context, value, columns[column] ?? x, y, { weight, align: 'right' });
    });
  };
  line(0, text('compare.measure'), ['A', 'B', text('compare.change')], 600);
  const rows = comparisonRows(compared.comparison, text);
  for (const [at, { name, before, after, change }] of rows.entries()) {
    line(at + 1, text(name), [before, after, change], 400);
  }
  line(rows.length + 1, text('compare.iou'), ['', '', overlapText(iou, text)], 600);
  line(rows.length + 2, text('compare.dice'), ['', '', overlapText(dice, text)], 600);
}

function drawPrompts(context: OffscreenCanvasRenderingContext2D, sheet: ComparisonSheet, top: number): void {
  [sheet.before, sheet.after].forEach((state, column) => {
    promptLines(state, sheet.text).forEach((line, at) => {
      write(context, line, columnX(column), top + at * LINE, { color: at === 0 ? INK.text : INK.soft });
    });
  });
}

function promptLines({ annotation }: ComparableState, text: Text): string[] {
  const { box, points, maskId }: AnnotationPrompt = annotation.prompt;
  const { format } = text;
  return [
    box === null ? text('compare.no-box') : text('compare.box', { corners: cornersText(box) }),
    ...(maskId === null ? [] : [text('compare.with-mask')]),
    ...(points.length === 0 ? [text('compare.no-points')] : []),
    ...points.map(({ x, y, label, enabled }) => {
      const off = enabled ? '' : ` (${text('compare.point-off')})`;
      const sign = label === 'foreground' ? '+' : '−';
      return `${sign} ${text(`prompt.point.${label}`)} ${format.fixed(x, 1)} · ${format.fixed(y, 1)}${off}`;
    }),
  ];
}

interface Writing {
  readonly size?: number;
  readonly weight?: number;
  readonly color?: string;
  readonly align?: CanvasTextAlign;
}

/** Returns the width that was taken. */
function write(
  context: OffscreenCanvasRenderingContext2D,
  line: string,
  x: number,
  y: number,
  { size = 17, weight = 400, color = INK.text, align = 'left' }: Writing,
): number {
  context.font = `${weight} ${size}px ${FONT}`;
  context.fillStyle = color;
  context.textAlign = align;
  context.fillText(line, x, y, PANEL.width * 3);
  return context.measureText(line).width;
}
