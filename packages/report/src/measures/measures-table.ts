import {
  areaInMm2,
  areaRatios,
  type BoxXyxy,
  type Calibration,
  decimalsOf,
  lengthInMm,
  type MeasuredObject,
  type PhysicalValue,
  type PromptPoint,
} from '@calque/core';
import type { Table, TableCell, TableColumn } from '../tables/table.ts';
import { MEASURES_WORDS, type MeasuresWords } from './measures-words.ts';

export interface MeasuresOptions {
  readonly language: 'en' | 'fr';
  /** With it areas and perimeters are given in mm² and mm as well. */
  readonly calibration: Calibration | null;
}

/** The table of measures: a row for each object, the columns of the report. Errors have columns where one is known. */
export function measuresTable(
  objects: readonly MeasuredObject[],
  { language, calibration }: MeasuresOptions,
): Table {
  const words = MEASURES_WORDS[language];
  const columns = [
    ...pixelColumns(words),
    ...physicalColumns(words, objects, calibration),
    ...timeColumns(words),
  ];
  return {
    columns: columns.map(({ column }) => column),
    rows: objects.map((object) => columns.map(({ cell }) => cell(object))),
  };
}

interface MeasureColumn {
  readonly column: TableColumn;
  readonly cell: (object: MeasuredObject) => TableCell;
}

function column(heading: string, decimals: number | null, cell: MeasureColumn['cell']): MeasureColumn {
  return { column: decimals === null ? { heading } : { heading, decimals }, cell };
}

function pixelColumns(words: MeasuresWords): MeasureColumn[] {
  return [
    column(words.image, null, ({ image }) => image),
    column(words.object, null, ({ object }) => object),
    column(words.label, null, ({ label }) => label),
    column(words.model, null, ({ model }) => model),
    column(words.promptBox, null, ({ promptBox }) => boxText(promptBox)),
    column(words.points, null, ({ points }) => pointsText(points)),
    column(words.score, 3, ({ score }) => score),
    column(words.stability, 3, ({ stability }) => stability),
    column(words.areaPx, 0, ({ areaPx }) => areaPx),
    column(words.perimeterPx, 1, ({ perimeterPx }) => perimeterPx),
    column(words.maskBox, null, ({ maskBox }) => boxText(maskBox)),
    column(words.boxOfImage, 2, (object) => percent(areaRatios(object).boxOfImage)),
    column(words.maskOfBox, 1, (object) => percent(areaRatios(object).maskOfBox)),
    column(words.review, null, ({ review }) => words.reviews[review]),
  ];
}

function timeColumns(words: MeasuresWords): MeasureColumn[] {
  return [
    column(words.encodeMs, 0, ({ encodeMs }) => encodeMs),
    column(words.decodeMs, 1, ({ decodeMs }) => decodeMs),
    column(words.totalMs, 0, ({ totalMs }) => totalMs),
  ];
}

function physicalColumns(
  words: MeasuresWords,
  objects: readonly MeasuredObject[],
  calibration: Calibration | null,
): MeasureColumn[] {
  if (calibration === null) return [];
  const area = (object: MeasuredObject) => areaInMm2(object.areaPx, calibration, object.areaErrorPx);
  const perimeter = (object: MeasuredObject) =>
    lengthInMm(object.perimeterPx, calibration, object.perimeterErrorPx);
  return [
    ...physicalPair(words, words.areaMm2, objects.map(area), area),
    ...physicalPair(words, words.perimeterMm, objects.map(perimeter), perimeter),
  ];
}

/** A measure, and beside it its error where any object has one; the decimals are those of the most exact value. */
function physicalPair(
  words: MeasuresWords,
  heading: string,
  values: readonly PhysicalValue[],
  physical: (object: MeasuredObject) => PhysicalValue,
): MeasureColumn[] {
  const decimals = values.reduce((most, value) => Math.max(most, decimalsOf(value)), 0);
  const measure = column(heading, decimals, (object) => physical(object).value);
  if (values.every(({ error }) => error === null)) return [measure];
  return [measure, column(words.errorOf(heading), decimals, (object) => physical(object).error)];
}

/** x1, y1, x2, y2, as they are typed after `--box`. */
function boxText(box: BoxXyxy | null): TableCell {
  return box === null ? null : [box.x1, box.y1, box.x2, box.y2].map(coordinate).join(',');
}

/** `+` before the points on the object, `-` before those that are not. */
function pointsText(points: readonly PromptPoint[]): TableCell {
  if (points.length === 0) return null;
  return points
    .map(({ x, y, label }) => `(${label === 'foreground' ? '+' : '−'} ${coordinate(x)},${coordinate(y)})`)
    .join(' ');
}

function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}
