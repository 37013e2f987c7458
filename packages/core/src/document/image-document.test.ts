import { describe, expect, test } from 'vitest';
import { annotationOf, stepOf, turnOf } from '../testing/document-entries.ts';
import { applyEntry, documentOf, emptyDocument, type ImageDocument } from './image-document.ts';

const wheel = annotationOf('wheel', 'r1');
const boxed = annotationOf('wheel', 'r2', {
  prompt: { box: { x1: 2, y1: 1, x2: 9, y2: 6 }, points: [], maskId: null },
});
const created = stepOf('s1', 'create', [{ before: null, after: wheel }]);
const boxSet = stepOf('s2', 'set-box', [{ before: wheel, after: boxed }]);
const deleted = stepOf('s3', 'delete', [{ before: boxed, after: null }]);

/** `wheel:r2 | done s1 s2 | undone s3` */
function pictureOf({ annotations, done, undone }: ImageDocument): string {
  const shown = [...annotations.values()].map(({ id, revision }) => `${id}:${revision}`);
  const names = (steps: readonly { readonly id: string }[]): string => steps.map(({ id }) => id).join(' ');
  return `${shown.join(' ') || 'nothing'} | done ${names(done) || '-'} | undone ${names(undone) || '-'}`;
}

const conflict = expect.objectContaining({ code: 'document-conflict' });

describe('a document', () => {
  test('is what its log adds up to', () => {
    expect(pictureOf(emptyDocument)).toBe('nothing | done - | undone -');
    expect(pictureOf(documentOf([created, boxSet]))).toBe('wheel:r2 | done s1 s2 | undone -');
    expect(pictureOf(documentOf([created, boxSet, deleted]))).toBe('nothing | done s1 s2 s3 | undone -');
  });

  test('undo brings the former revision back, redo the later one', () => {
    const log = [created, boxSet, turnOf('undo', 's2')];
    expect(pictureOf(documentOf(log))).toBe('wheel:r1 | done s1 | undone s2');
    expect(pictureOf(documentOf([...log, turnOf('undo', 's1')]))).toBe('nothing | done - | undone s2 s1');
    expect(pictureOf(documentOf([...log, turnOf('redo', 's2')]))).toBe('wheel:r2 | done s1 s2 | undone -');
  });

  test('a deleted annotation is whole again after undo', () => {
    const document = documentOf([created, boxSet, deleted, turnOf('undo', 's3')]);
    expect(document.annotations.get('wheel')).toEqual(boxed);
  });

  test('a new step forgets what was undone', () => {
    const other = stepOf('s4', 'create', [{ before: null, after: annotationOf('door', 'r9') }]);
    const log = [created, boxSet, turnOf('undo', 's2'), other];
    expect(pictureOf(documentOf(log))).toBe('wheel:r1 door:r9 | done s1 s4 | undone -');
    expect(() => documentOf([...log, turnOf('redo', 's2')])).toThrow(conflict);
  });

  test('one step can change several annotations, and undo takes all of it back', () => {
    const both = stepOf('s5', 'reorder', [
      { before: boxed, after: annotationOf('wheel', 'r3', { order: 2 }) },
      { before: null, after: annotationOf('door', 'r9') },
    ]);
    const log = [created, boxSet, both];
    expect(pictureOf(documentOf(log))).toBe('wheel:r3 door:r9 | done s1 s2 s5 | undone -');
    expect(pictureOf(documentOf([...log, turnOf('undo', 's5')]))).toBe('wheel:r2 | done s1 s2 | undone s5');
  });

  test('is never changed in place', () => {
    const before = documentOf([created]);
    const picture = pictureOf(before);
    applyEntry(before, boxSet);
    applyEntry(before, turnOf('undo', 's1'));
    expect(pictureOf(before)).toBe(picture);
  });
});

describe('an entry that was made for another state', () => {
  test.each([
    [
      'of an annotation that somebody changed',
      [created, boxSet],
      stepOf('x', 'rename', [{ before: wheel, after: wheel }]),
    ],
    ['of an annotation that is gone', [created, boxSet, deleted], boxSet],
    ['that creates what is there', [created], created],
    ['that undoes what is not the newest step', [created, boxSet], turnOf('undo', 's1')],
    ['that undoes where nothing is done', [], turnOf('undo', 's1')],
    ['that redoes where nothing is undone', [created], turnOf('redo', 's1')],
    [
      'that turns one annotation into another',
      [created],
      stepOf('x', 'rename', [{ before: wheel, after: annotationOf('door', 'r9') }]),
    ],
    ['that changes nothing at all', [created], stepOf('x', 'rename', [{ before: null, after: null }])],
  ])('%s is a conflict', (_, log, entry) => {
    const document = documentOf(log);
    expect(() => applyEntry(document, entry)).toThrow(conflict);
  });

  test('in part changes nothing', () => {
    const document = documentOf([created]);
    const half = stepOf('x', 'reorder', [
      { before: null, after: annotationOf('door', 'r9') },
      { before: boxed, after: null },
    ]);
    expect(() => applyEntry(document, half)).toThrow(conflict);
    expect(pictureOf(document)).toBe('wheel:r1 | done s1 | undone -');
  });
});
