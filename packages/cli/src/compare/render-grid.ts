import { decodeRle } from '@calque/core';
import { overlayFont, renderOverlay } from '../output/render-overlay.ts';
import { printableText } from '../printable-text.ts';
import { loadSharp } from '../segment/load-sharp.ts';
import type { ComparedAnswer } from './compare-models.ts';

const CELL_PX = 480;
const GAP_PX = 12;
const HEAD_PX = 36;
const SIDE_PX = 120;
const FONT_PX = 18;

/** PNG with a row a prompt and a column a model: overlays with score and area, names beside and above them. */
export async function renderGrid(file: string, answers: readonly ComparedAnswer[]): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const columns = runsOf(answers);
  const rows = columns[0]?.length ?? 0;
  const cells: Picture[][] = [];
  for (const column of columns) {
    const pictures: Picture[] = [];
    for (const answer of column) pictures.push(await cellOf(file, answer));
    cells.push(pictures);
  }
  const heightPx = Math.max(...cells.flat().map(({ height }) => height));
  const size = {
    width: SIDE_PX + columns.length * (CELL_PX + GAP_PX),
    height: HEAD_PX + rows * (heightPx + GAP_PX),
  };
  const left = (column: number) => SIDE_PX + column * (CELL_PX + GAP_PX);
  const top = (row: number) => HEAD_PX + row * (heightPx + GAP_PX);
  const names = [
    ...columns.map((column, i) => ({
      text: column[0]?.model ?? '',
      x: left(i),
      y: HEAD_PX - GAP_PX,
      widthPx: CELL_PX,
    })),
    ...(columns[0] ?? []).map(({ prompt }, i) => ({
      text: prompt,
      x: GAP_PX,
      y: top(i) + FONT_PX,
      widthPx: SIDE_PX - 2 * GAP_PX,
    })),
  ];
  const pictures = cells.flatMap((column, i) =>
    column.map(({ bytes }, j) => ({ input: Buffer.from(bytes), left: left(i), top: top(j) })),
  );
  return sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
    .composite([...pictures, { input: Buffer.from(await namesSvg(names, size)) }])
    .png({ compressionLevel: 6 })
    .toBuffer();
}

interface Picture {
  readonly bytes: Uint8Array;
  readonly height: number;
}

async function cellOf(file: string, { record, prediction }: ComparedAnswer): Promise<Picture> {
  const sharp = await loadSharp();
  const overlay = await renderOverlay({ file, record, bitmap: decodeRle(prediction.mask.rle) });
  const { data, info } = await sharp(overlay)
    .resize({ width: CELL_PX })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, height: info.height };
}

/** The answers of each model in turn. */
function runsOf(answers: readonly ComparedAnswer[]): ComparedAnswer[][] {
  const promptCount = answers.findIndex(({ prompt }, i) => i > 0 && prompt === answers[0]?.prompt);
  const length = promptCount === -1 ? answers.length : promptCount;
  return Array.from({ length: answers.length / length }, (_, i) =>
    answers.slice(i * length, (i + 1) * length),
  );
}

interface Name {
  readonly text: string;
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly widthPx: number;
}

async function namesSvg(
  names: readonly Name[],
  { width, height }: { readonly width: number; readonly height: number },
): Promise<string> {
  const font = await overlayFont();
  const outlines = names.map(({ text, x, y, widthPx }) => {
    const shown = printableText(text);
    const size = Math.min(FONT_PX, (FONT_PX * widthPx) / Math.max(1, font.widthOf(shown, FONT_PX)));
    return `<path d="${font.outline(shown, { x, y, size })}" fill="#1b1f24"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${outlines.join('')}</svg>`;
}
