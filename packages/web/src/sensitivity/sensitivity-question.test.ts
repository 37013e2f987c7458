import type { WireSensitivity } from '@calque/api';
import type { Annotation } from '@calque/core';
import { describe, expect, test } from 'vitest';
import type { AnnotationView } from '../editor/editor-state.ts';
import type { ShownMask } from '../masks/shown-mask.ts';
import { measuredFor, type SensitivityQuestion, sensitivityQuestionOf } from './sensitivity-question.ts';

const box = { x1: 10, y1: 20, x2: 40, y2: 60 };
const annotation: Annotation = {
  id: 'mug',
  revision: 'mug-7',
  name: 'mug',
  labelId: null,
  color: 0,
  order: 0,
  visible: true,
  locked: false,
  prompt: {
    box,
    points: [
      { id: 'a', x: 21.5, y: 30.5, label: 'foreground', enabled: true },
      { id: 'b', x: 33.5, y: 50.5, label: 'background', enabled: false },
    ],
    maskId: null,
  },
  model: 'tiny',
  choice: 2,
  postprocess: { fillHolesPx: 9 },
  editedMask: null,
  review: { status: 'unreviewed' },
};

const mask: ShownMask = {
  id: 'm'.repeat(64),
  rle: { size: [80, 50], counts: 'PT1' },
  rings: [],
  outline: 'pixels',
  measures: { areaPx: 0, perimeterPx: 0, box: null, components: 0, holes: 0 },
};

function viewOf(change: Partial<Annotation> = {}, more: Partial<AnnotationView> = {}): AnnotationView {
  return {
    annotation: { ...annotation, ...change },
    color: '#0072b2',
    prediction: null,
    candidate: null,
    mask,
    pending: false,
    error: null,
    latency: null,
    ...more,
  };
}

function questionOf(view: AnnotationView): SensitivityQuestion {
  const question = sensitivityQuestionOf(view);
  if (typeof question === 'string') throw new Error(question);
  return question;
}

/** What the server records for a question. */
function recordOf(id: string, { prompt, model, choice, postprocess }: SensitivityQuestion, maskId = mask.id) {
  return {
    id,
    prompt,
    model: { id: model, files: [] },
    choice,
    postprocess,
    maskId,
  } as unknown as WireSensitivity;
}

describe('the question', () => {
  test('carries the points that are on, the candidate, the post-processing and the mask in effect', () => {
    expect(questionOf(viewOf())).toMatchObject({
      annotationId: 'mug',
      prompt: { box, points: [{ x: 21.5, y: 30.5, label: 'foreground' }], maskId: null },
      model: 'tiny',
      choice: 2,
      postprocess: { fillHolesPx: 9 },
      mask: { size: [80, 50], counts: 'PT1' },
    });
  });

  test('is not there without an object, a box, or a mask that is the answer to it', () => {
    expect(sensitivityQuestionOf(null)).toBe('no-object');
    expect(sensitivityQuestionOf(viewOf({ prompt: { ...annotation.prompt, box: null } }))).toBe('no-box');
    expect(sensitivityQuestionOf(viewOf({}, { mask: null }))).toBe('no-mask');
    expect(sensitivityQuestionOf(viewOf({}, { pending: true }))).toBe('no-mask');
  });
});

describe('a measurement', () => {
  const made = recordOf('first', questionOf(viewOf()));

  test('belongs to the state that it was made of, whatever its name and revision', () => {
    const renamed = questionOf(viewOf({ name: 'cup', revision: 'mug-8', locked: true }));
    expect(measuredFor([made], renamed)?.id).toBe('first');
    const unset = questionOf(viewOf({ postprocess: { fillHolesPx: 9, keepLargest: 0 } }));
    expect(measuredFor([made], unset)?.id).toBe('first');
  });

  test.each([
    ['box', viewOf({ prompt: { ...annotation.prompt, box: { ...box, x2: 41 } } })],
    ['points', viewOf({ prompt: { ...annotation.prompt, points: [] } })],
    ['model', viewOf({ model: 'large' })],
    ['candidate', viewOf({ choice: 'best' })],
    ['post-processing', viewOf({ postprocess: {} })],
    ['mask', viewOf({}, { mask: { ...mask, id: 'n'.repeat(64) } })],
  ])('is not shown for a state with another %s, and comes back with the former one', (_, other) => {
    const late = recordOf('late', questionOf(other), other.mask?.id);
    expect(measuredFor([late, made], questionOf(viewOf()))?.id).toBe('first');
    expect(measuredFor([made], questionOf(other))).toBeNull();
    expect(measuredFor([late, made], questionOf(other))?.id).toBe('late');
  });

  test('that was made again is shown in its newest form', () => {
    const again = { ...made, id: 'second' };
    expect(measuredFor([again, made], questionOf(viewOf()))?.id).toBe('second');
  });
});
