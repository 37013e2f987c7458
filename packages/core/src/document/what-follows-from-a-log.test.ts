import { describe, expect, test } from 'vitest';
import { annotationOf, stepOf, turnOf } from '../testing/document-entries.ts';
import type { Annotation, AnnotationPoint } from './annotation.ts';
import { lastStateOf, statesOf } from './annotation-states.ts';
import { decisionsOf } from './decisions.ts';
import { effortOf } from './effort.ts';
import { documentOf } from './image-document.ts';
import { imageReviewOf } from './image-review.ts';
import { repeatedChanges } from './repeat-step.ts';

const box = { x1: 2, y1: 1, x2: 9, y2: 6 };
const point = (id: string, x: number): AnnotationPoint => ({
  id,
  x,
  y: 3.5,
  label: 'foreground',
  enabled: true,
});
const prompted = (...points: AnnotationPoint[]): Annotation['prompt'] => ({ box, points, maskId: null });

const r1 = annotationOf('wheel', 'r1', { prompt: prompted() });
const r2 = annotationOf('wheel', 'r2', { prompt: prompted(point('p1', 4.5)) });
const r3 = { ...r2, revision: 'r3', review: { status: 'accepted', maskId: 'm1' } } as const;
const r4 = { ...r2, revision: 'r4', editedMask: 'm2' };
const door = annotationOf('door', 'd1');

const boxSet = stepOf('s1', 'set-box', [{ before: null, after: r1 }], { s: 0 });
const pointSet = stepOf('s2', 'add-point', [{ before: r1, after: r2 }], { s: 4 });
const accepted = stepOf('s3', 'accept', [{ before: r2, after: r3 }], { s: 10 });
const painted = stepOf('s4', 'paint', [{ before: r3, after: r4 }], { s: 300 });
const removed = stepOf('s5', 'delete', [{ before: r4, after: null }], { s: 301 });
const restored = stepOf('s6', 'restore', [{ before: null, after: { ...r4, revision: 'r6' } }], { s: 302 });

describe('the states of an annotation', () => {
  test('are its distinct revisions in order, with gesture and time', () => {
    const log = [boxSet, pointSet, turnOf('undo', 's2', { s: 5 }), turnOf('redo', 's2', { s: 6 }), accepted];
    expect(
      statesOf(log, 'wheel').map(({ annotation, gesture, at }) => [annotation.revision, gesture, at]),
    ).toEqual([
      ['r1', 'set-box', '2026-11-24T09:00:00.000Z'],
      ['r2', 'add-point', '2026-11-24T09:00:04.000Z'],
      ['r3', 'accept', '2026-11-24T09:00:10.000Z'],
    ]);
    expect(statesOf(log, 'door')).toEqual([]);
  });

  test('the last one is known after it was deleted, also by undoing its creation', () => {
    expect(lastStateOf([boxSet, pointSet, accepted, painted, removed], 'wheel')).toEqual(r4);
    expect(lastStateOf([boxSet, pointSet, turnOf('undo', 's2')], 'wheel')).toEqual(r1);
    expect(lastStateOf([boxSet, turnOf('undo', 's1')], 'wheel')).toEqual(r1);
    expect(lastStateOf([boxSet], 'door')).toBeNull();
  });
});

describe('the effort', () => {
  const made = stepOf('d', 'create', [{ before: null, after: door }], { s: 3 });
  const log = [
    boxSet,
    made,
    pointSet,
    turnOf('undo', 's2', { s: 6 }),
    turnOf('redo', 's2', { s: 7 }),
    accepted,
    painted,
  ];

  test('counts clicks that were meant for the mask, and the seconds before each gesture', () => {
    expect(effortOf(log, 'wheel', 's2')).toEqual({ clicks: 2, seconds: 1 });
    expect(effortOf(log, 'wheel', 's3')).toEqual({ clicks: 2, seconds: 1 + 2 + 1 + 3 });
    expect(effortOf(log, 'door')).toEqual({ clicks: 1, seconds: 3 });
  });

  test('does not take a long pause for work', () => {
    expect(effortOf(log, 'wheel')).toEqual({ clicks: 3, seconds: 7 + 60 });
  });

  test('does not count the time of another person', () => {
    const theirs = stepOf('t', 'add-point', [{ before: r1, after: r2 }], { s: 50, author: 'bob' });
    expect(effortOf([boxSet, theirs], 'wheel')).toEqual({ clicks: 2, seconds: 0 });
  });
});

describe('decisions', () => {
  test('are accept, correct, delete and restore, in order', () => {
    const log = [boxSet, pointSet, accepted, painted, removed, restored];
    expect(decisionsOf(log).map(({ kind, maskId, entryId }) => [kind, maskId, entryId])).toEqual([
      ['accept', 'm1', 's3'],
      ['correct', null, 's4'],
      ['delete', null, 's5'],
      ['restore', null, 's6'],
    ]);
  });

  test('a rejection has its reason, a reopening is none of the mask', () => {
    const review = { status: 'rejected', reason: 'rough-boundary', note: 'see the spokes' } as const;
    const rejected = { ...r2, revision: 'r7', review };
    const log = [
      boxSet,
      pointSet,
      stepOf('s7', 'reject', [{ before: r2, after: rejected }]),
      stepOf('s8', 'reopen', [{ before: rejected, after: { ...r2, revision: 'r8' } }]),
    ];
    expect(decisionsOf(log)).toMatchObject([
      { kind: 'reject', reason: 'rough-boundary', note: 'see the spokes' },
      { kind: 'reopen', reason: null, note: '' },
    ]);
  });

  test('say whether they were taken back', () => {
    const log = [boxSet, pointSet, accepted, turnOf('undo', 's3')];
    expect(decisionsOf(log)).toMatchObject([{ kind: 'accept', takenBack: true }]);
    expect(decisionsOf([...log, turnOf('redo', 's3')])).toMatchObject([{ kind: 'accept', takenBack: false }]);
  });

  test('painting over a predicted mask is a correction, the second stroke is none', () => {
    const stroke = { ...r2, revision: 'r8', editedMask: 'm3' };
    const log = [
      boxSet,
      pointSet,
      stepOf('s7', 'paint', [{ before: r2, after: stroke }]),
      stepOf('s8', 'paint', [{ before: stroke, after: { ...stroke, revision: 'r9', editedMask: 'm4' } }]),
    ];
    expect(decisionsOf(log).map(({ kind, entryId }) => [kind, entryId])).toEqual([['correct', 's7']]);
  });
});

describe('an image', () => {
  const reviewOf = (...log: Parameters<typeof documentOf>[0][]) =>
    imageReviewOf(documentOf(log.flatMap((part) => [...part])));

  test('is unseen, in work, accepted or rejected by its annotations', () => {
    const rejected = annotationOf('door', 'd2', {
      review: { status: 'rejected', reason: 'other', note: '' },
    });
    const doorRejected = [stepOf('d', 'import', [{ before: null, after: rejected }])];
    expect(reviewOf([])).toEqual({ state: 'unseen', annotationCount: 0, unreviewedCount: 0 });
    expect(reviewOf([boxSet])).toEqual({ state: 'in-work', annotationCount: 1, unreviewedCount: 1 });
    expect(reviewOf([boxSet], [turnOf('undo', 's1')]).state).toBe('in-work');
    expect(reviewOf([boxSet, pointSet, accepted])).toMatchObject({ state: 'accepted', unreviewedCount: 0 });
    expect(reviewOf([boxSet, pointSet, accepted], doorRejected).state).toBe('accepted');
    expect(reviewOf([boxSet], doorRejected)).toMatchObject({ state: 'in-work', annotationCount: 2 });
    expect(reviewOf(doorRejected).state).toBe('rejected');
  });
});

describe('a step that did not fit, done again', () => {
  const repeated = (log: Parameters<typeof documentOf>[0], change: Parameters<typeof repeatedChanges>[1]) =>
    repeatedChanges(documentOf(log), change, () => 'new');

  test('changes what it changed, and leaves alone what others did', () => {
    const renamed = { ...r1, revision: 'o', name: 'front wheel', prompt: prompted(point('theirs', 8.5)) };
    const log = [boxSet, stepOf('o', 'rename', [{ before: r1, after: renamed }])];
    expect(repeated(log, pointSet.changes)).toEqual([
      {
        before: renamed,
        after: { ...renamed, revision: 'new', prompt: prompted(point('theirs', 8.5), point('p1', 4.5)) },
      },
    ]);
  });

  test('moves and removes the points that are still there', () => {
    const moved = { ...r2, revision: 'm', prompt: prompted(point('p1', 5.5)) };
    const off = { ...r2, revision: 'o', prompt: prompted({ ...point('p1', 4.5), enabled: false }) };
    const log = [boxSet, pointSet, stepOf('o', 'toggle-point', [{ before: r2, after: off }])];
    const [first] = repeated(log, [{ before: r2, after: moved }]);
    expect(first?.after?.prompt.points).toEqual([{ ...point('p1', 5.5), enabled: false }]);
    const [second] = repeated(log, [{ before: r2, after: r1 }]);
    expect(second?.after?.prompt.points).toEqual([]);
  });

  test('brings back what was deleted, and leaves out deleting what is gone', () => {
    const log = [boxSet, pointSet, accepted, painted, removed];
    expect(repeated(log, pointSet.changes)).toEqual([{ before: null, after: { ...r2, revision: 'new' } }]);
    expect(repeated(log, removed.changes)).toEqual([]);
  });
});
