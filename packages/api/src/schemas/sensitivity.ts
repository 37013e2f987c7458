import { FAMILY_LIMITS } from '@calque/core';
import { type Static, Type } from 'typebox';
import { PostprocessSchema } from './annotation.ts';
import { BoxSchema, HashSchema, IdSchema, RleSchema, TimeSchema } from './geometry.ts';
import { PromptSchema } from './prediction.ts';

const { count, range } = FAMILY_LIMITS;

const FamilySchema = Type.Object(
  {
    /** Boxes beside the box itself. */
    count: Type.Integer({ minimum: count.least, maximum: count.most }),
    /** The largest change, as a fraction of the box's sides. */
    range: Type.Number({ minimum: range.least, maximum: range.most }),
  },
  { additionalProperties: false },
);

const ChoiceSchema = Type.Union([Type.Literal('best'), Type.Integer({ minimum: 0, maximum: 15 })]);

/** Asks how much a mask depends on the exact box of its prompt. */
export const MeasureSensitivitySchema = Type.Object(
  {
    annotationId: IdSchema,
    /** With a box. */
    prompt: PromptSchema,
    model: IdSchema,
    choice: ChoiceSchema,
    postprocess: PostprocessSchema,
    /** The mask in effect, which the answers are compared with. */
    mask: RleSchema,
    family: FamilySchema,
    /** Names this measurement in the events that tell how far it is. */
    run: Type.Optional(IdSchema),
  },
  { additionalProperties: false },
);
export type MeasureSensitivity = Static<typeof MeasureSensitivitySchema>;

const BoxChangeSchema = Type.Union([
  Type.Literal('unchanged'),
  Type.Literal('grown'),
  Type.Literal('shrunk'),
  Type.Literal('shifted-x'),
  Type.Literal('shifted-y'),
]);

const SpreadSchema = Type.Object({
  mean: Type.Number(),
  sd: Type.Number(),
  min: Type.Number(),
  max: Type.Number(),
});

const OutcomeSchema = Type.Object({
  kind: BoxChangeSchema,
  change: Type.Number(),
  box: BoxSchema,
  candidate: Type.Integer(),
  score: Type.Number(),
  areaPx: Type.Integer(),
  perimeterPx: Type.Number(),
  iou: Type.Number(),
});

const iou = Type.Number();
const ReadingSchema = Type.Union([
  Type.Object({ finding: Type.Literal('none') }),
  Type.Object({ finding: Type.Literal('stable'), iou }),
  Type.Object({ finding: Type.Literal('differs-already'), iou }),
  Type.Object({ finding: Type.Literal('jumps'), kind: BoxChangeSchema, change: Type.Number(), iou }),
  Type.Object({ finding: Type.Literal('grows-with-box'), areaRatio: Type.Number(), iou }),
  Type.Object({
    finding: Type.Literal('sensitive-to-shift'),
    axis: Type.Union([Type.Literal('x'), Type.Literal('y')]),
    iou,
  }),
  Type.Object({
    finding: Type.Literal('sensitive-to-size'),
    kind: Type.Union([Type.Literal('grown'), Type.Literal('shrunk')]),
    iou,
  }),
]);

/** See docs/box-sensitivity.md. */
const MeasuredSensitivitySchema = Type.Object({
  referenceAreaPx: Type.Integer(),
  outcomes: Type.Array(OutcomeSchema),
  spread: Type.Object({
    score: SpreadSchema,
    areaPx: SpreadSchema,
    perimeterPx: SpreadSchema,
    iou: SpreadSchema,
  }),
  unstablePx: Type.Integer(),
  unstableShare: Type.Number(),
  steadyChange: Type.Number(),
  reading: ReadingSchema,
});

const InstabilityMapSchema = Type.Object({
  frame: BoxSchema,
  columns: Type.Integer(),
  rows: Type.Integer(),
  /** A byte a cell, row-major, base64: 0 to 255 for a share of 0 to 1. */
  shares: Type.String(),
});

/** One measurement of box sensitivity, complete enough to be made again. Never changed once it is recorded. */
export const SensitivitySchema = Type.Object({
  id: IdSchema,
  imageId: IdSchema,
  /** SHA-256 of the image file that was seen. */
  imageSha256: HashSchema,
  annotationId: IdSchema,
  model: Type.Object({
    id: IdSchema,
    files: Type.Array(Type.Object({ name: Type.String(), sha256: HashSchema })),
  }),
  prompt: PromptSchema,
  choice: ChoiceSchema,
  postprocess: PostprocessSchema,
  /** Of the mask in effect; it is stored. */
  maskId: HashSchema,
  family: FamilySchema,
  sensitivity: MeasuredSensitivitySchema,
  /** Null where no pixel differs. */
  map: Type.Union([InstabilityMapSchema, Type.Null()]),
  totalMs: Type.Number(),
  createdAt: TimeSchema,
});
export type WireSensitivity = Static<typeof SensitivitySchema>;
