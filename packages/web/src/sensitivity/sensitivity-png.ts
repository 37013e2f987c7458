import { bytesOfBase64, type WireSensitivity } from '@calque/api';
import type { BoxXyxy, Size } from '@calque/core';
import { pngCanvas } from '../captures/mask-png.ts';
import type { Text } from '../i18n/use-text.ts';
import { drawImageInFrame, enterFrame, type WholePicture } from '../pictures/draw-in-frame.ts';
import { frameAround } from '../pictures/frame-around.ts';
import { heatPixels } from '../pictures/heat-pixels.ts';
import { CURVE_STYLES, CURVES, PLOTTED } from './plot-series.ts';

export interface SensitivitySheet {
  readonly title: string;
  readonly sentence: string;
  readonly made: WireSensitivity;
  readonly imageSize: Size | null;
  /** Null where the image cannot be had: the sheet is made without it. */
  readonly picture: WholePicture | null;
  /** The plots as they are on the page, in their order. */
  readonly canvases: readonly HTMLCanvasElement[];
  readonly text: Text;
}

const MARGIN = 32;
const WIDTH = 800;
const LINE = 24;
const PICTURE: Size = { width: WIDTH - 2 * MARGIN, height: 414 };
const PLOT_HEIGHT = 232;
const FONT = '"Inter Variable", system-ui, sans-serif';

/** The reading, the unstable pixels on the image, and the plots, in the colours of the page's theme. */
export function sensitivityPng(sheet: SensitivitySheet): Promise<Blob> {
  const css = getComputedStyle(document.documentElement);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const measured = pngCanvas(1, 1).context;
  measured.font = `400 15px ${FONT}`;
  const lines = wrapped(measured, sheet.sentence, WIDTH - 2 * MARGIN);
  const pictureTop = MARGIN + 2 * LINE + lines.length * LINE;
  const plotsTop = pictureTop + PICTURE.height + MARGIN;
  const height = plotsTop + PLOTTED.length * (PLOT_HEIGHT + LINE) + 2 * LINE + MARGIN;
  const { canvas, context } = pngCanvas(WIDTH, height);
  context.fillStyle = color('--surface-1');
  context.fillRect(0, 0, WIDTH, height);
  const write = (said: string, x: number, y: number, weight = 400) => {
    context.fillStyle = color('--text');
    context.font = `${weight} ${weight > 400 ? 20 : 15}px ${FONT}`;
    context.fillText(said, x, y);
  };
  write(sheet.title, MARGIN, MARGIN + 16, 600);
  lines.forEach((line, at) => {
    write(line, MARGIN, MARGIN + 2 * LINE + at * LINE);
  });
  const panel = pngCanvas(PICTURE.width, PICTURE.height);
  drawMap(panel.context, sheet);
  context.drawImage(panel.canvas, MARGIN, pictureTop);
  PLOTTED.forEach((plotted, place) => {
    const top = plotsTop + place * (PLOT_HEIGHT + LINE);
    write(sheet.text(`sensitivity.plot.${plotted}`), MARGIN, top + 12);
    const plot = sheet.canvases[place];
    if (plot !== undefined) context.drawImage(plot, MARGIN, top + 20, WIDTH - 2 * MARGIN, PLOT_HEIGHT - 12);
  });
  CURVES.forEach((curve, place) => {
    const [x, y] = [MARGIN + place * 250, height - MARGIN];
    const { color: name, dash } = CURVE_STYLES[curve];
    context.strokeStyle = color(name);
    context.lineWidth = 3;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(x, y - 5);
    context.lineTo(x + 36, y - 5);
    context.stroke();
    write(sheet.text(`sensitivity.curve.${curve}`), x + 44, y);
  });
  return canvas.convertToBlob({ type: 'image/png' });
}

function drawMap(
  context: OffscreenCanvasRenderingContext2D,
  { made: { map, prompt }, picture, imageSize }: SensitivitySheet,
): void {
  context.fillStyle = '#3b3e43';
  context.fillRect(0, 0, PICTURE.width, PICTURE.height);
  if (imageSize === null) return;
  const { box } = prompt;
  enterFrame(
    context,
    frameAround([map?.frame ?? null, box], imageSize, PICTURE.width / PICTURE.height),
    PICTURE,
  );
  drawImageInFrame(context, picture, imageSize);
  if (map !== null) {
    const { frame, columns, rows } = map;
    const cells = heatPicture(columns, rows, bytesOfBase64(map.shares));
    context.imageSmoothingEnabled = false;
    context.drawImage(cells, frame.x1, frame.y1, frame.x2 - frame.x1, frame.y2 - frame.y1);
  }
  if (box !== null) outline(context, box);
}

function heatPicture(columns: number, rows: number, shares: Uint8Array): OffscreenCanvas {
  const { canvas, context } = pngCanvas(columns, rows);
  context.putImageData(new ImageData(heatPixels({ shares }), columns, rows), 0, 0);
  return canvas;
}

function outline(context: OffscreenCanvasRenderingContext2D, { x1, y1, x2, y2 }: BoxXyxy): void {
  const { a: scale } = context.getTransform();
  context.strokeStyle = '#ffffff';
  context.lineWidth = 1.5 / scale;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
}

/** Lines that fit the width in the context's font. */
function wrapped(context: OffscreenCanvasRenderingContext2D, sentence: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
