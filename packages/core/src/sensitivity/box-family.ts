import { sensitivityOptionInvalid } from '../errors.ts';
import { type BoxXyxy, clippedBox, validateBox } from '../geometry/box.ts';
import type { Size } from '../geometry/size.ts';

/** What was done to a box. `unchanged` is the box itself. */
export type BoxChange = 'unchanged' | 'grown' | 'shrunk' | 'shifted-x' | 'shifted-y';

/** A box near another one. */
export interface BoxVariant {
  readonly kind: BoxChange;
  /**
   * How far, as a fraction of the box's own width and height: the sides of a grown or shrunk box are longer (above 0) or
   * shorter (below 0) by it, its centre stays; a shifted box lies right or down (above 0), left or up (below 0) by it.
   */
  readonly change: number;
  /** Image space, within the image; where it was cut there, `change` says what was meant. */
  readonly box: BoxXyxy;
}

export interface FamilyOptions {
  /** How many boxes beside the box itself; fewer come where some coincide or vanish. */
  readonly count: number;
  /** The largest change, as a fraction. */
  readonly range: number;
}

export const FAMILY_LIMITS = { count: { least: 6, most: 120 }, range: { least: 0.01, most: 0.5 } } as const;
export const USUAL_FAMILY: FamilyOptions = { count: 24, range: 0.2 };

const DIRECTIONS: readonly { readonly kind: Exclude<BoxChange, 'unchanged'>; readonly sign: 1 | -1 }[] = [
  { kind: 'grown', sign: 1 },
  { kind: 'shrunk', sign: -1 },
  { kind: 'shifted-x', sign: 1 },
  { kind: 'shifted-x', sign: -1 },
  { kind: 'shifted-y', sign: 1 },
  { kind: 'shifted-y', sign: -1 },
];

/** Sides below this hold no pixel's centre for sure. */
const LEAST_SIDE_PX = 1;

/**
 * The box itself, then boxes near it: grown, shrunk, shifted along x and along y, in equal steps up to `range`, the same
 * for the same input. `count` is dealt out over the six directions in turn. What lies outside the image is cut off; boxes
 * that equal an earlier one, or that are left with a side below 1 px, are left out.
 * Throws `sensitivity-option-invalid` or as `validateBox` does.
 */
export function boxFamily(box: BoxXyxy, size: Size, options: FamilyOptions): BoxVariant[] {
  const { count, range } = validateFamilyOptions(options);
  const base = validateBox(box, size);
  const family: BoxVariant[] = [{ kind: 'unchanged', change: 0, box: base }];
  DIRECTIONS.forEach(({ kind, sign }, place) => {
    const steps = Math.floor((count - place + DIRECTIONS.length - 1) / DIRECTIONS.length);
    for (let step = 1; step <= steps; step++) {
      const change = sign * range * (step / steps);
      const changed = clippedBox(changedBox(base, kind, change), size);
      if (changed !== null && isWide(changed) && !family.some((one) => isSameBox(one.box, changed))) {
        family.push({ kind, change, box: changed });
      }
    }
  });
  return family;
}

/** The options as they came. Throws `sensitivity-option-invalid`. */
export function validateFamilyOptions(options: FamilyOptions): FamilyOptions {
  const { count, range } = FAMILY_LIMITS;
  if (!Number.isInteger(options.count) || !isWithin(options.count, count)) {
    throw sensitivityOptionInvalid('count', options.count, `an integer from ${count.least} to ${count.most}`);
  }
  if (!isWithin(options.range, range)) {
    throw sensitivityOptionInvalid('range', options.range, `a fraction from ${range.least} to ${range.most}`);
  }
  return options;
}

function isWithin(
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): boolean {
  return value >= least && value <= most;
}

function changedBox({ x1, y1, x2, y2 }: BoxXyxy, kind: BoxChange, change: number): BoxXyxy {
  const byX = change * (x2 - x1);
  const byY = change * (y2 - y1);
  if (kind === 'shifted-x') return { x1: x1 + byX, y1, x2: x2 + byX, y2 };
  if (kind === 'shifted-y') return { x1, y1: y1 + byY, x2, y2: y2 + byY };
  return { x1: x1 - byX / 2, y1: y1 - byY / 2, x2: x2 + byX / 2, y2: y2 + byY / 2 };
}

function isWide({ x1, y1, x2, y2 }: BoxXyxy): boolean {
  return x2 - x1 >= LEAST_SIDE_PX && y2 - y1 >= LEAST_SIDE_PX;
}

function isSameBox(a: BoxXyxy, b: BoxXyxy): boolean {
  return a.x1 === b.x1 && a.y1 === b.y1 && a.x2 === b.x2 && a.y2 === b.y2;
}
