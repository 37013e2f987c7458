import type { WireSensitivity } from '@calque/api';
import { clamped } from '../panels/measured-values.ts';

type Outcome = WireSensitivity['sensitivity']['outcomes'][number];

export const PLOTTED = ['score', 'area', 'iou'] as const;
export type Plotted = (typeof PLOTTED)[number];

export const CURVES = ['size', 'shift-x', 'shift-y'] as const;
export type Curve = (typeof CURVES)[number];

/** Dashes tell the curves apart where colours do not. CSS custom properties; lengths in CSS pixels. */
export const CURVE_STYLES: Readonly<Record<Curve, { readonly color: string; readonly dash: number[] }>> = {
  size: { color: '--accent', dash: [] },
  'shift-x': { color: '--warn', dash: [7, 3] },
  'shift-y': { color: '--good', dash: [2, 3] },
};

const KINDS: Readonly<Record<Curve, readonly Outcome['kind'][]>> = {
  size: ['unchanged', 'grown', 'shrunk'],
  'shift-x': ['unchanged', 'shifted-x'],
  'shift-y': ['unchanged', 'shifted-y'],
};

/** x: every change, ascending, as a fraction; then a row for each curve, null where it has no box of that change. */
export function plotData(outcomes: readonly Outcome[], plotted: Plotted): [number[], ...(number | null)[][]] {
  const changes = [...new Set(outcomes.map(({ change }) => change))].sort((a, b) => a - b);
  const curves = CURVES.map((curve) =>
    changes.map((change) => {
      const found = outcomes.find((one) => one.change === change && KINDS[curve].includes(one.kind));
      return found === undefined ? null : plottedValue(found, plotted);
    }),
  );
  return [changes, ...curves];
}

function plottedValue({ score, areaPx, iou }: Outcome, plotted: Plotted): number {
  if (plotted === 'area') return areaPx;
  return plotted === 'score' ? clamped(score) : iou;
}
