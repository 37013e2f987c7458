import type { BoxXyxy, Size } from '@calque/core';
import type { TextFont } from '../text/text-font.ts';

export interface LegendParts {
  readonly lines: readonly string[];
  readonly canvas: Size;
  /** Height of a letter's em in pixels of the canvas, before it is shrunk to fit. */
  readonly fontSize: number;
  /** What is better not covered, in pixels of the canvas. */
  readonly avoid: readonly BoxXyxy[];
}

const SMALLEST_FONT = 8;

/**
 * A dark plate with light text in the corner of the canvas that hides the least of `avoid`. Always within the canvas:
 * where there is little room the text shrinks, then breaks into more lines, and where it could no longer be read there
 * is no legend.
 */
export function legendSvg(font: TextFont, parts: LegendParts): string {
  if (parts.lines.length === 0) return '';
  for (const lines of [parts.lines, parts.lines.flatMap(splitLabel)]) {
    for (let fontSize = parts.fontSize; fontSize >= SMALLEST_FONT; fontSize *= 0.9) {
      const plate = measurePlate(font, lines, fontSize);
      if (fits(plate, parts.canvas)) return drawPlate(font, { ...parts, lines }, plate);
    }
  }
  return '';
}

/** `score 0.95` as `score` above `0.95`; other spaces are of the kind that does not break. */
function splitLabel(line: string): string[] {
  return line.split(/ (.*)/s, 2);
}

function fits({ width, height, margin }: Plate, canvas: Size): boolean {
  return width + 2 * margin <= canvas.width && height + 2 * margin <= canvas.height;
}

interface Plate extends Size {
  readonly fontSize: number;
  readonly padding: number;
  readonly margin: number;
  readonly lineHeight: number;
}

function measurePlate(font: TextFont, lines: readonly string[], fontSize: number): Plate {
  const padding = fontSize * 0.6;
  const lineHeight = fontSize * 1.35;
  const widest = Math.max(...lines.map((line) => font.widthOf(line, fontSize)));
  return {
    fontSize,
    padding,
    margin: fontSize * 0.5,
    lineHeight,
    width: widest + 2 * padding,
    height: lines.length * lineHeight - (lineHeight - fontSize) + 2 * padding,
  };
}

function drawPlate(font: TextFont, { lines, canvas, avoid }: LegendParts, plate: Plate): string {
  const { x1: x, y1: y } = quietestCorner(canvas, plate, avoid);
  const { width, height, padding, fontSize, lineHeight } = plate;
  // Digits and capitals fill about three quarters of the em above the baseline.
  const baseline = (i: number): number => y + padding + i * lineHeight + fontSize * 0.86;
  const letters = lines.map((line, i) =>
    font.outline(line, { x: x + padding, y: baseline(i), size: fontSize }),
  );
  const radius = fontSize * 0.35;
  return (
    `<rect x="${r(x)}" y="${r(y)}" width="${r(width)}" height="${r(height)}" rx="${r(radius)}" ` +
    `fill="#10141a" fill-opacity="0.82" stroke="#fff" stroke-opacity="0.55" stroke-width="${r(fontSize / 16)}"/>` +
    `<path d="${letters.join('')}" fill="#fff"/>`
  );
}

function quietestCorner(canvas: Size, plate: Plate, avoid: readonly BoxXyxy[]): BoxXyxy {
  const right = canvas.width - plate.width - plate.margin;
  const bottom = canvas.height - plate.height - plate.margin;
  const corners = [
    [plate.margin, plate.margin],
    [right, plate.margin],
    [plate.margin, bottom],
    [right, bottom],
  ].map(([x1 = 0, y1 = 0]) => ({ x1, y1, x2: x1 + plate.width, y2: y1 + plate.height }));
  const hidden = corners.map((corner) => avoid.reduce((sum, box) => sum + hiddenShare(corner, box), 0));
  return corners[hidden.indexOf(Math.min(...hidden))] ?? { x1: 0, y1: 0, x2: 0, y2: 0 };
}

function hiddenShare(plate: BoxXyxy, box: BoxXyxy): number {
  const width = Math.min(plate.x2, box.x2) - Math.max(plate.x1, box.x1);
  const height = Math.min(plate.y2, box.y2) - Math.max(plate.y1, box.y1);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.max(1, (box.x2 - box.x1) * (box.y2 - box.y1));
}

function r(value: number): string {
  return String(Math.round(value * 100) / 100);
}
