import type { WireSensitivity } from '@calque/api';
import type { Text } from '../i18n/use-text.ts';

type Reading = WireSensitivity['sensitivity']['reading'];

/** One sentence on what was found, and how far the box may be off. */
export function readingText(
  { reading, steadyChange }: Pick<WireSensitivity['sensitivity'], 'reading' | 'steadyChange'>,
  text: Text,
): string {
  const sentence = findingText(reading, text);
  if (reading.finding === 'none' || reading.finding === 'differs-already') return sentence;
  const steady =
    steadyChange === 0
      ? text('sensitivity.unsteady')
      : text('sensitivity.steady', { change: text.format.percent(steadyChange) });
  return `${sentence} ${steady}`;
}

function findingText(reading: Reading, text: Text): string {
  const { format } = text;
  switch (reading.finding) {
    case 'none':
      return text('sensitivity.reading.none');
    case 'grows-with-box':
      return text('sensitivity.reading.grows-with-box', { ratio: format.fixed(reading.areaRatio, 2) });
    case 'jumps':
      return text('sensitivity.reading.jumps', {
        what: text(`sensitivity.jump.${directionOf(reading)}`, {
          change: format.percent(Math.abs(reading.change)),
        }),
        iou: format.fixed(reading.iou, 2),
      });
    case 'sensitive-to-shift':
      return text(`sensitivity.reading.shift-${reading.axis}`, { iou: format.fixed(reading.iou, 2) });
    case 'sensitive-to-size':
      return text(`sensitivity.reading.${reading.kind}`, { iou: format.fixed(reading.iou, 2) });
    case 'stable':
    case 'differs-already':
      return text(`sensitivity.reading.${reading.finding}`, { iou: format.fixed(reading.iou, 2) });
  }
}

function directionOf({ kind, change }: Extract<Reading, { finding: 'jumps' }>) {
  if (kind === 'shifted-x') return change < 0 ? 'left' : 'right';
  if (kind === 'shifted-y') return change < 0 ? 'up' : 'down';
  return change < 0 ? 'shrunk' : 'grown';
}
