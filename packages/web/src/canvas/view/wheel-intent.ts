/** What of a wheel event says what is meant. */
export interface WheelTurn {
  readonly deltaX: number;
  readonly deltaY: number;
  /** 0: CSS pixels, 1: lines, 2: pages. */
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly timeMs: number;
}

export type WheelIntent =
  | { readonly kind: 'zoom'; readonly factor: number; readonly device: WheelDevice }
  | { readonly kind: 'pan'; readonly x: number; readonly y: number; readonly device: WheelDevice };

/** What turned last, and when: the events of one turn are read alike. */
export interface WheelDevice {
  readonly kind: 'wheel' | 'trackpad';
  readonly timeMs: number;
}

const LINE_PX = 16;
const PAGE_PX = 400;
const SAME_TURN_MS = 250;
/** A notch of a wheel is at least this far; fingers begin slower. */
const NOTCH_PX = 50;

/**
 * A wheel zooms, two fingers on a trackpad pan, and pinch to zoom (which browsers tell as a wheel with Ctrl). No browser
 * says which device it was, so it is read from the first event of a turn: notches are long, vertical and whole.
 */
export function wheelIntent(turn: WheelTurn, last: WheelDevice | null): WheelIntent {
  const unit = turn.deltaMode === 1 ? LINE_PX : turn.deltaMode === 2 ? PAGE_PX : 1;
  const [x, y] = [turn.deltaX * unit, turn.deltaY * unit];
  const kind = deviceOf(turn, y, last);
  const device: WheelDevice = { kind, timeMs: turn.timeMs };
  if (turn.ctrlKey || turn.metaKey) {
    // A pinch tells small numbers, a wheel large ones.
    return { kind: 'zoom', factor: Math.exp(-y * (Math.abs(y) < NOTCH_PX ? 0.01 : 0.002)), device };
  }
  if (turn.shiftKey) return { kind: 'pan', x: -(x === 0 ? y : x), y: 0, device };
  if (kind === 'wheel') return { kind: 'zoom', factor: Math.exp(-y * 0.002), device };
  return { kind: 'pan', x: -x, y: -y, device };
}

function deviceOf(turn: WheelTurn, deltaPx: number, last: WheelDevice | null): WheelDevice['kind'] {
  if (last !== null && turn.timeMs - last.timeMs < SAME_TURN_MS) return last.kind;
  if (turn.deltaMode !== 0) return 'wheel';
  return turn.deltaX === 0 && Math.abs(deltaPx) >= NOTCH_PX ? 'wheel' : 'trackpad';
}
