import type { WireMeasuredRow } from '@calque/api';
import { areaInMm2, areaRatios, type BoxXyxy, type Calibration, lengthInMm } from '@calque/core';
import type { Formats } from '../i18n/formats.ts';
import type { TextKey } from '../i18n/index.ts';

/** A column of the table of measures: what it sorts by, and what it shows. */
export interface MeasureColumn {
  readonly id: string;
  readonly title: TextKey;
  readonly widthPx: number;
  readonly align: 'start' | 'end';
  readonly valueOf: (row: WireMeasuredRow) => string | number | null;
  readonly show: (row: WireMeasuredRow, format: Formats) => string;
}

/** In the order of the report's table. With a calibration, areas and lengths in mm² and mm as well. */
export function measureColumns(calibration: Calibration | null): readonly MeasureColumn[] {
  return [
    text('image', 'table.image', 220, (row) => row.image),
    text('object', 'table.object', 120, (row) => row.object),
    text('label', 'table.label', 110, (row) => row.label ?? ''),
    text('prompt-box', 'table.prompt-box', 180, (row) => boxText(row.promptBox)),
    text('points', 'table.points', 150, pointsText),
    number('score', 'table.score', 84, 3, (row) => row.score),
    number('stability', 'table.stability', 96, 3, (row) => row.stability),
    number('area', 'table.area', 104, 0, (row) => row.areaPx),
    number('perimeter', 'table.perimeter', 128, 1, (row) => row.perimeterPx),
    ...(calibration === null ? [] : physicalColumns(calibration)),
    text('mask-box', 'table.mask-box', 180, (row) => boxText(row.maskBox)),
    share('box-of-image', 'table.box-of-image', (row) => areaRatios(row).boxOfImage),
    share('mask-of-box', 'table.mask-of-box', (row) => areaRatios(row).maskOfBox),
    number('encode', 'table.encode', 112, 0, (row) => row.encodeMs),
    number('decode', 'table.decode', 112, 1, (row) => row.decodeMs),
    text('model', 'table.model', 150, (row) => row.model),
  ];
}

function physicalColumns(calibration: Calibration): MeasureColumn[] {
  const area = (row: WireMeasuredRow) => areaInMm2(row.areaPx, calibration, null).value;
  const length = (row: WireMeasuredRow) => lengthInMm(row.perimeterPx, calibration, null).value;
  return [
    number('area-mm', 'table.area-mm', 112, 2, area),
    number('perimeter-mm', 'table.perimeter-mm', 132, 2, length),
  ];
}

function text(
  id: string,
  title: TextKey,
  widthPx: number,
  of: (row: WireMeasuredRow) => string,
): MeasureColumn {
  return { id, title, widthPx, align: 'start', valueOf: of, show: of };
}

function number(
  id: string,
  title: TextKey,
  widthPx: number,
  decimals: number,
  of: (row: WireMeasuredRow) => number | null,
): MeasureColumn {
  return {
    id,
    title,
    widthPx,
    align: 'end',
    valueOf: of,
    show: (row, format) => {
      const value = of(row);
      return value === null ? '' : format.fixed(value, decimals);
    },
  };
}

function share(id: string, title: TextKey, of: (row: WireMeasuredRow) => number | null): MeasureColumn {
  return {
    id,
    title,
    widthPx: 108,
    align: 'end',
    valueOf: of,
    show: (row, format) => {
      const value = of(row);
      return value === null ? '' : format.percent(value);
    },
  };
}

/** x1, y1, x2, y2, as they are typed for a box. */
function boxText(box: BoxXyxy | null): string {
  return box === null ? '' : [box.x1, box.y1, box.x2, box.y2].map(coordinate).join(', ');
}

function pointsText({ points }: WireMeasuredRow): string {
  return points
    .map(({ x, y, label }) => `${label === 'foreground' ? '+' : '−'}${coordinate(x)},${coordinate(y)}`)
    .join(' ');
}

function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}
