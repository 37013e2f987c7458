import { type ObjectEvaluation, summariseEvaluation } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { evaluationPlots } from './evaluation-plots.ts';
import { calibrationTable, evaluationTable, objectsTable } from './evaluation-tables.ts';

function object(number: number, iou: number, areaPx: number): ObjectEvaluation {
  const candidate = (score: number, value: number) => ({
    score,
    stability: 0.9,
    iou: value,
    boundaryIou: value / 2,
  });
  const outcome = (value: number) => ({
    chosen: 0,
    best: 1,
    candidates: [candidate(0.75, value), candidate(0.4, 0.95)],
  });
  return {
    dataset: 'street',
    image: 'a.jpg',
    object: number,
    label: 'car',
    areaPx,
    prompts: { box: outcome(iou), click: outcome(iou / 2), 'box-click': outcome(iou) },
    clicks: { ious: [iou / 2, 0.92] },
  };
}

const objects = [object(3, 0.8, 700), object(8, 0.6, 30_000)];
const models = [
  { id: 'one', summary: summariseEvaluation(objects), objects },
  { id: 'two', summary: summariseEvaluation(objects.slice(0, 1)), objects: objects.slice(0, 1) },
];

describe('the documents of an evaluation', () => {
  test('have a row for each model and part, under headings in the reader’s language', () => {
    const { columns, rows } = evaluationTable(models, 'fr');
    expect(columns.slice(0, 6).map(({ heading }) => heading)).toEqual([
      'modèle',
      'jeu de données',
      'taille',
      'objets',
      'boîte: IoU',
      'boîte: IoU de contour',
    ]);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['one', 'tous', 'tous', 2],
      ['one', 'tous', 'petit', 1],
      ['one', 'tous', 'grand', 1],
      ['two', 'tous', 'tous', 1],
      ['two', 'tous', 'petit', 1],
    ]);
    expect(rows[1]?.slice(4)).toEqual([0.8, 0.4, 0.95, 0, 0.4, 0.2, 0.95, 0, 0.8, 0.4, 0.95, 0, 2, 0, 2, 0]);
    expect(rows.every((row) => row.length === columns.length)).toBe(true);
  });

  test('have the calibration of each model and the figures of each object', () => {
    const calibration = calibrationTable(models, 'en').rows;
    expect(calibration.map(([id, answers]) => [id, answers])).toEqual([
      ['one', 6],
      ['two', 3],
    ]);
    const { columns, rows } = objectsTable(models, 'en');
    expect(rows.map((row) => row.slice(0, 10))).toEqual([
      ['one', 'street', 'a.jpg', 3, 'car', 700, 0.75, 0.8, 0.4, 0.95],
      ['one', 'street', 'a.jpg', 8, 'car', 30_000, 0.75, 0.6, 0.3, 0.95],
      ['two', 'street', 'a.jpg', 3, 'car', 700, 0.75, 0.8, 0.4, 0.95],
    ]);
    expect(rows[0]?.length).toBe(columns.length);
  });

  test('have four plots with a mark for each model, also of nothing', () => {
    const plots = evaluationPlots(models, 'en');
    expect(plots.map(({ name }) => name)).toEqual([
      'iou-by-prompt',
      'iou-by-size',
      'iou-by-clicks',
      'reliability',
    ]);
    for (const { svg } of plots) {
      expect(svg).toContain('>one</text>');
      expect(svg).toContain('>two</text>');
    }
    for (const { svg } of evaluationPlots([], 'fr')) expect(svg).toContain('aucun objet n’a été évalué');
  });
});
