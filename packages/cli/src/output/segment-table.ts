import { printableText } from '../printable-text.ts';
import type { CliRecord } from '../segment/make-record.ts';
import { formatCoordinate, formatMs, formatScore } from './format-values.ts';
import type { Column } from './text-table.ts';

/** Widths are fixed before the first result is known, so that rows can be printed as they come. */
export function segmentColumns(imagePaths: Iterable<string>): readonly Column[] {
  let longest = 0;
  for (const path of imagePaths) longest = Math.max(longest, printableText(path).length);
  return [
    { title: 'image', width: Math.min(32, Math.max(5, longest)), align: 'left', keep: 'end' },
    { title: 'prompt', width: 32, align: 'left' },
    { title: 'score', width: 5, align: 'right' },
    { title: 'area px', width: 9, align: 'right' },
    { title: 'perimeter px', width: 12, align: 'right' },
    { title: 'encode ms', width: 9, align: 'right' },
    { title: 'decode ms', width: 9, align: 'right' },
    { title: 'total ms', width: 8, align: 'right' },
  ];
}

export function segmentRow({ image, prompt, mask, timingsMs }: CliRecord): readonly string[] {
  return [
    image.path,
    promptText(prompt),
    formatScore(mask.score),
    String(mask.areaPx),
    mask.perimeterPx.toFixed(1),
    formatMs(timingsMs.encode),
    formatMs(timingsMs.decode),
    formatMs(timingsMs.total),
  ];
}

/** A row for each candidate, numbered as people count them; what was measured of the chosen one alone stays empty. */
export function candidateRows({ candidates, chosen }: CliRecord): readonly (readonly string[])[] {
  return candidates.map(({ index, score, areaPx }) => [
    '',
    `  candidate ${index + 1}${index === chosen ? ', chosen' : ''}`,
    formatScore(score),
    String(areaPx),
    '',
    '',
    '',
    '',
  ]);
}

export function promptText({ box, points, maskInput }: CliRecord['prompt']): string {
  const parts = [
    ...(box === null ? [] : [`box ${box.map(formatCoordinate).join(',')}`]),
    ...points.map(
      ({ x, y, label }) =>
        `${label === 'foreground' ? '+' : '-'}${formatCoordinate(x)},${formatCoordinate(y)}`,
    ),
    ...(maskInput === null ? [] : ['mask']),
  ];
  return parts.join(' ');
}
