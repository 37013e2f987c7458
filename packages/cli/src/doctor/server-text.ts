import { formatBytes, formatMs } from '../output/format-values.ts';
import { printableText } from '../printable-text.ts';
import type { ServedDataset, ServerReport } from './examine-server.ts';

export function serverText(report: ServerReport): string {
  return [
    `server       ${report.address}: ${reachText(report)}`,
    ...(report.version === null ? [] : [`version      ${report.version}, ${report.status ?? 'unknown'}`]),
    ...report.models.map(({ id, status }) => `model        ${id}: ${status}`),
    ...(report.clockSkewS === null ? [] : [`clock        ${report.clockSkewS.toFixed(1)} s from this one`]),
    ...(report.homeFreeBytes === null
      ? []
      : [`disk         ${formatBytes(report.homeFreeBytes)} free for models and cache`]),
    ...report.datasets.map(datasetLine),
    '',
    ...report.warnings.map(({ what, remedy }) => `warning: ${what}. ${remedy}`),
    ...report.problems.map(({ what, remedy }) => `problem: ${what}. ${remedy}`),
    ...(report.ok ? ['everything is in order'] : []),
    '',
  ]
    .map(printableText)
    .join('\n');
}

function reachText({ reachable, roundTripMs }: ServerReport): string {
  if (!reachable) return 'does not answer as it should';
  return roundTripMs === null ? 'answers' : `answers in ${formatMs(roundTripMs)} ms`;
}

function datasetLine({ name, folder, checked, problem, freeBytes }: ServedDataset): string {
  const state = problem ?? (checked ? 'whole' : 'too large to be checked while it is open');
  const free = freeBytes === null ? '' : `, ${formatBytes(freeBytes)} free`;
  return `dataset      ${name} (${folder}): database ${state}${free}`;
}
