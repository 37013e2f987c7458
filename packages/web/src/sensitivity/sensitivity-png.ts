import type { WireSensitivity } from '@calque/api';
import type { BoxXyxy, Size } from '@calque/core';
import type { HeatLayer } from '../canvas-layers.ts';
import { pngCanvas } from '../captures/mask-png.ts';
import type { Text } from '../i18n/use-text.ts';
import { drawImageInFrame, enterFrame, type WholePicture } from '../pictures/draw-in-frame.ts';
import { frameAround } from '../pictures/frame-around.ts';
import { heatPixels } from '../pictures/heat-pixels.ts';
import { plotPictures } from './draw-plots.ts';
import { heatLayerOf } from './heat-layer-of.ts';
import { CURVE_STYLES, CURVES, PLOTTED } from './plot-series.ts';

export interface SensitivitySheet {
  readonly title: string;
  readonly sentence: string;
  readonly made: WireSensitivity;
  readonly imageSize: Size | null;
  /** Null where the image cannot be had: the sheet is made without it. */
  readonly picture: WholePicture | null;
  readonly text: Text;
}

const MARGIN = 32;
const WIDTH = 800;
const LINE = 24;
const PICTURE: Size = { width: WIDTH - 2 * MARGIN, height: 414 };
const PLOT: Size = { width: PICTURE.width, height: 200 };
const FONT = '"Inter Variable", system-ui, sans-serif';

/** The reading, the unstable pixels on the image, and the plots, in the colours of the page's theme. */
export async function sensitivityPng(sheet: SensitivitySheet): Promise<Blob> {
  const plots = (await plotPictures(sheet.made, PLOT, sheet.text.format)) ?? [];
  const css = getComputedStyle(document.documentElement);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const measured = pngCanvas(1, 1).context;
  measured.font = `400 15px ${FONT}`;
  const lines = wrapped(measured, sheet.sentence, WIDTH - 2 * MARGIN);
  const pictureTop = MARGIN + 2 * LINE + lines.length * LINE;
  const plotsTop = pictureTop + PICTURE.height + MARGIN;
  const height = plotsTop + PLOTTED.length * (PLOT.height + 2 * LINE) + 2 * LINE + MARGIN;
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
    const top = plotsTop + place * (PLOT.height + 2 * LINE);
    write(sheet.text(`sensitivity.plot.${plotted}`), MARGIN, top + 12);
    const plot = plots[place];
    if (plot !== undefined) context.drawImage(plot, MARGIN, top + LINE, PLOT.width, PLOT.height);
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
  { made, picture, imageSize }: SensitivitySheet,
): void {
  context.fillStyle = '#3b3e43';
  context.fillRect(0, 0, PICTURE.width, PICTURE.height);
  if (imageSize === null) return;
  const { box } = made.prompt;
  enterFrame(
    context,
    frameAround([made.map?.frame ?? null, box], imageSize, PICTURE.width / PICTURE.height),
    PICTURE,
  );
  drawImageInFrame(context, picture, imageSize);
  const heat = heatLayerOf(made);
  if (heat !== null) {
    const { frame } = heat;
    context.imageSmoothingEnabled = false;
    context.drawImage(heatPicture(heat), frame.x1, frame.y1, frame.x2 - frame.x1, frame.y2 - frame.y1);
  }
  if (box !== null) outline(context, box);
}

function heatPicture(heat: HeatLayer): OffscreenCanvas {
  const { canvas, context } = pngCanvas(heat.columns, heat.rows);
  context.putImageData(new ImageData(heatPixels(heat), heat.columns, heat.rows), 0, 0);
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
