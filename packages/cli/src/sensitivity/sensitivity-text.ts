import type { BoxChange, BoxOutcome, BoxSensitivity, SensitivityReading, Spread } from '@calque/core';
import { formatCoordinate, formatScore } from '../output/format-values.ts';
import { fitColumns, tableHead, tableRow } from '../output/text-table.ts';

const COLUMNS = [
  { title: 'box', align: 'left' },
  { title: 'change', align: 'right' },
  { title: 'x1,y1,x2,y2', align: 'left' },
  { title: 'score', align: 'right' },
  { title: 'area px', align: 'right' },
  { title: 'perimeter px', align: 'right' },
  { title: 'IoU', align: 'right' },
  { title: 'candidate', align: 'right' },
] as const;

const CHANGES: Readonly<Record<BoxChange, string>> = {
  unchanged: 'as given',
  grown: 'grown',
  shrunk: 'shrunk',
  'shifted-x': 'shifted along x',
  'shifted-y': 'shifted along y',
};

/** The table of a box sensitivity, its statistics, and the reading in one sentence. */
export function sensitivityText(sensitivity: BoxSensitivity): string {
  const rows = sensitivity.outcomes.map(rowOf);
  const columns = fitColumns(COLUMNS, rows, 48);
  const { spread, unstablePx, unstableShare } = sensitivity;
  return [
    tableHead(columns),
    ...rows.map((row) => tableRow(columns, row)),
    '\n',
    `area px       ${spreadText(spread.areaPx, 1)}\n`,
    `perimeter px  ${spreadText(spread.perimeterPx, 1)}\n`,
    `score         ${spreadText(spread.score, 3)}\n`,
    `IoU           ${spreadText(spread.iou, 3)}\n`,
    `unstable      ${unstablePx} px, ${percent(unstableShare)} of what any answer covers\n`,
    '\n',
    `${readingSentence(sensitivity.reading)} ${steadySentence(sensitivity)}\n`,
  ].join('');
}

function rowOf({ kind, change, box, score, areaPx, perimeterPx, iou, candidate }: BoxOutcome): string[] {
  return [
    CHANGES[kind],
    signedPercent(change),
    [box.x1, box.y1, box.x2, box.y2].map(formatCoordinate).join(','),
    formatScore(score),
    String(areaPx),
    perimeterPx.toFixed(1),
    iou.toFixed(3),
    String(candidate + 1),
  ];
}

function spreadText({ mean, sd, min, max }: Spread, decimals: number): string {
  const [shownMean, shownSd, least, most] = [mean, sd, min, max].map((value) => value.toFixed(decimals));
  return `mean ${shownMean}, sd ${shownSd}, from ${least} to ${most}`;
}

export function readingSentence(reading: SensitivityReading): string {
  switch (reading.finding) {
    case 'none':
      return 'Nothing was decoded.';
    case 'stable':
      return `Stable: every box gives about the same mask (IoU ${reading.iou.toFixed(2)} or more).`;
    case 'differs-already':
      return `The box as it is gives another mask than the one in effect (IoU ${reading.iou.toFixed(2)}).`;
    case 'jumps':
      return `Jumps: ${changeText(reading)}, another mask is answered (IoU ${reading.iou.toFixed(2)}).`;
    case 'grows-with-box':
      return `The mask grows with the box: its area in the largest is ${reading.areaRatio.toFixed(2)} times that in the smallest.`;
    case 'sensitive-to-shift':
      return `Sensitive to shifts along ${reading.axis}: the IoU falls to ${reading.iou.toFixed(2)}.`;
    case 'sensitive-to-size':
      return `Sensitive to a ${reading.kind === 'grown' ? 'larger' : 'smaller'} box: the IoU falls to ${reading.iou.toFixed(2)}.`;
  }
}

function changeText({ kind, change }: { readonly kind: BoxChange; readonly change: number }): string {
  const size = percent(Math.abs(change));
  if (kind === 'grown') return `when the box grows by ${size}`;
  if (kind === 'shrunk') return `when the box shrinks by ${size}`;
  const [less, more] = kind === 'shifted-x' ? ['left', 'right'] : ['up', 'down'];
  return `when the box moves ${change < 0 ? less : more} by ${size}`;
}

function steadySentence({ steadyChange, reading }: BoxSensitivity): string {
  if (reading.finding === 'none' || reading.finding === 'differs-already') return '';
  return steadyChange === 0
    ? 'The smallest change tried is too much for an IoU of 0.9.'
    : `Changes up to ${percent(steadyChange)} keep an IoU of 0.9 or more.`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function signedPercent(change: number): string {
  if (change === 0) return '0 %';
  return `${change < 0 ? '-' : '+'}${percent(Math.abs(change))}`;
}
