import type { Text } from '../i18n/use-text.ts';
import type { ComparableState } from './comparable-states.ts';

/** `2 · Point added · 09:14` */
export function stateTitle({ place, gesture, at }: ComparableState, text: Text): string {
  return `${place} · ${text(`gesture.${gesture}`)} · ${text.format.time(at)}`;
}

/** Corners of a box as they are written in a line: `75, 275 – 1725, 850`. Grouped, thousands would look like two numbers. */
export function cornersText(box: {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}): string {
  const [x1, y1, x2, y2] = [box.x1, box.y1, box.x2, box.y2].map(Math.round);
  return `${x1}, ${y1} – ${x2}, ${y2}`;
}
