import { GESTURES } from '@calque/core';
import { Type } from 'typebox';
import { BoxSchema, HashSchema, IdSchema, TimeSchema } from './geometry.ts';

export const PointLabelSchema = Type.Union([Type.Literal('foreground'), Type.Literal('background')]);

export const PostprocessSchema = Type.Object(
  {
    fillHolesPx: Type.Optional(Type.Integer({ minimum: 0 })),
    dropIslandsPx: Type.Optional(Type.Integer({ minimum: 0 })),
    keepLargest: Type.Optional(Type.Integer({ minimum: 0 })),
    smoothRadiusPx: Type.Optional(Type.Number({ minimum: 0 })),
  },
  { additionalProperties: false },
);

const AnnotationPointSchema = Type.Object(
  {
    id: IdSchema,
    x: Type.Number(),
    y: Type.Number(),
    label: PointLabelSchema,
    enabled: Type.Boolean(),
  },
  { additionalProperties: false },
);

const AnnotationPromptSchema = Type.Object(
  {
    box: Type.Union([BoxSchema, Type.Null()]),
    points: Type.Array(AnnotationPointSchema, { maxItems: 1000 }),
    maskId: Type.Union([HashSchema, Type.Null()]),
  },
  { additionalProperties: false },
);

export const RejectReasonSchema = Type.Union([
  Type.Literal('wrong-object'),
  Type.Literal('incomplete'),
  Type.Literal('too-much'),
  Type.Literal('rough-boundary'),
  Type.Literal('several-objects'),
  Type.Literal('image-unusable'),
  Type.Literal('other'),
]);

const ReviewSchema = Type.Union([
  Type.Object({ status: Type.Literal('unreviewed') }, { additionalProperties: false }),
  Type.Object({ status: Type.Literal('accepted'), maskId: HashSchema }, { additionalProperties: false }),
  Type.Object(
    { status: Type.Literal('rejected'), reason: RejectReasonSchema, note: Type.String({ maxLength: 2000 }) },
    { additionalProperties: false },
  ),
]);

/** `Annotation` of core, checked where it enters. */
export const AnnotationSchema = Type.Object(
  {
    id: IdSchema,
    revision: IdSchema,
    name: Type.String({ maxLength: 200 }),
    labelId: Type.Union([IdSchema, Type.Null()]),
    color: Type.Integer({ minimum: 0, maximum: 1000 }),
    order: Type.Number(),
    visible: Type.Boolean(),
    locked: Type.Boolean(),
    prompt: AnnotationPromptSchema,
    model: IdSchema,
    choice: Type.Union([Type.Literal('best'), Type.Integer({ minimum: 0, maximum: 15 })]),
    postprocess: PostprocessSchema,
    editedMask: Type.Union([HashSchema, Type.Null()]),
    review: ReviewSchema,
  },
  { additionalProperties: false },
);

const AnnotationOrNull = Type.Union([AnnotationSchema, Type.Null()]);

const entryParts = {
  id: IdSchema,
  at: TimeSchema,
  author: IdSchema,
  /** Name of an account. What a page says here does not count: the server sets it. */
  by: Type.Optional(Type.String({ maxLength: 64 })),
};

const StepEntrySchema = Type.Object(
  {
    ...entryParts,
    kind: Type.Literal('step'),
    gesture: Type.Enum([...GESTURES]),
    changes: Type.Array(
      Type.Object({ before: AnnotationOrNull, after: AnnotationOrNull }, { additionalProperties: false }),
      { minItems: 1, maxItems: 500 },
    ),
  },
  { additionalProperties: false },
);

const UndoEntrySchema = Type.Object(
  { ...entryParts, kind: Type.Union([Type.Literal('undo'), Type.Literal('redo')]), stepId: IdSchema },
  { additionalProperties: false },
);

/** `Entry` of core, checked where it enters. */
export const EntrySchema = Type.Union([StepEntrySchema, UndoEntrySchema]);

export const NumberedEntrySchema = Type.Object({ seq: Type.Integer({ minimum: 1 }), entry: EntrySchema });

/** The log of an image, whole or from an entry on. `seq`: of the newest entry, 0 where there is none. */
export const DocumentLogSchema = Type.Object({
  seq: Type.Integer({ minimum: 0 }),
  entries: Type.Array(NumberedEntrySchema),
});

/**
 * Entries to append. `baseSeq` is the newest entry that the page knew; entries of others after it come back with the
 * answer. All are appended, or none (409, `document-conflict`); those whose id is in the log already are passed over.
 */
export const AppendEntriesSchema = Type.Object(
  { baseSeq: Type.Integer({ minimum: 0 }), entries: Type.Array(EntrySchema, { minItems: 1, maxItems: 200 }) },
  { additionalProperties: false },
);
