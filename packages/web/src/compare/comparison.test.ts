import { maskIdOf } from '@calque/api';
import {
  type Annotation,
  type Bitmap,
  countsToString,
  createBitmap,
  type Entry,
  emptyPrompt,
  encodeRle,
  type Gesture,
  maskDice,
  maskIou,
  measureMask,
} from '@calque/core';
import { describe, expect, test } from 'vitest';
import type { AnnotationLook } from '../editor/editor.ts';
import { comparableStates, usualPair } from './comparable-states.ts';
import { comparisonOf } from './comparison.ts';

/** Rows of `#` and `.`. */
function maskOf(...rows: readonly string[]): Bitmap {
  const bitmap = createBitmap({ width: rows[0]?.length ?? 0, height: rows.length });
  [...rows.join('')].forEach((mark, at) => {
    bitmap.data[at] = mark === '#' ? 1 : 0;
  });
  return bitmap;
}

function lookOf(bitmap: Bitmap): AnnotationLook {
  const size: [number, number] = [bitmap.height, bitmap.width];
  const rle = { size, counts: countsToString(encodeRle(bitmap)) };
  const mask = {
    id: maskIdOf(rle),
    rle,
    rings: [],
    outline: 'pixels',
    measures: measureMask(bitmap),
  } as const;
  return { mask, prediction: null, candidate: null };
}

const effort = { clicks: 1, seconds: 2 };
const a = maskOf('###.', '###.', '....');
const b = maskOf('.###', '.###', '.#..');

describe('two states', () => {
  test('are told apart pixel by pixel', () => {
    const { gainedPx, lostPx, keptPx, iou, dice } = comparisonOf(
      { look: lookOf(a), effort },
      { look: lookOf(b), effort },
    );
    expect({ gainedPx, lostPx, keptPx }).toEqual({ gainedPx: 3, lostPx: 2, keptPx: 4 });
    expect(iou).toBe(maskIou(a, b));
    expect(dice).toBe(maskDice(a, b));
  });

  test('of which one has no mask share nothing', () => {
    const compared = comparisonOf({ look: null, effort }, { look: lookOf(b), effort });
    expect(compared).toMatchObject({ iou: 0, dice: 0, gainedPx: 7, lostPx: 0, keptPx: 0 });
    expect(comparisonOf({ look: null, effort }, { look: null, effort })).toMatchObject({ iou: 1, dice: 1 });
  });
});

const box = { x1: 2, y1: 1, x2: 9, y2: 6 };
const point = { id: 'p', x: 3, y: 3, label: 'background', enabled: true } as const;
const empty: Annotation = {
  id: 'wheel',
  revision: 'r0',
  name: 'wheel',
  labelId: null,
  color: 0,
  order: 0,
  visible: true,
  locked: false,
  prompt: emptyPrompt,
  model: 'tiny',
  choice: 'best',
  postprocess: {},
  editedMask: null,
  review: { status: 'unreviewed' },
};
const boxed: Annotation = { ...empty, revision: 'r1', prompt: { box, points: [], maskId: null } };
const renamed: Annotation = { ...boxed, revision: 'r2', name: 'front wheel' };
const pointed: Annotation = { ...renamed, revision: 'r3', prompt: { box, points: [point], maskId: null } };

const at = '2026-11-24T09:00:00.000Z';
const step = (id: string, gesture: Gesture, before: Annotation | null, after: Annotation): Entry => ({
  kind: 'step',
  id,
  at,
  author: 'ann',
  gesture,
  changes: [{ before, after }],
});
const log = [
  step('s0', 'create', null, empty),
  step('s1', 'set-box', empty, boxed),
  step('s2', 'rename', boxed, renamed),
  step('s3', 'add-point', renamed, pointed),
];

describe('the states on offer', () => {
  test('are those with a mask of their own', () => {
    const states = comparableStates(log, 'wheel');
    expect(states.map(({ gesture, place }) => [gesture, place])).toEqual([
      ['set-box', 1],
      ['add-point', 2],
    ]);
  });

  test('begin with the one of now and the one before; after an undo, with the one that was taken back', () => {
    const states = comparableStates(log, 'wheel');
    const gestures = (now: Annotation) => {
      const pair = usualPair(states, now);
      return [pair?.before.gesture, pair?.after.gesture];
    };
    expect(gestures(pointed)).toEqual(['set-box', 'add-point']);
    expect(
      comparableStates([...log, { kind: 'undo', id: 'u', at, author: 'ann', stepId: 's3' }], 'wheel'),
    ).toHaveLength(2);
    expect(gestures(renamed)).toEqual(['add-point', 'set-box']);
  });

  test('are no pair while there is but one', () => {
    expect(usualPair(comparableStates(log.slice(0, 3), 'wheel'), renamed)).toBeNull();
  });
});
