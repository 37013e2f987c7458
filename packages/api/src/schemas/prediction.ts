import { type Static, Type } from 'typebox';
import { PointLabelSchema, PostprocessSchema } from './annotation.ts';
import { BoxSchema, HashSchema, IdSchema, RleSchema, TimeSchema } from './geometry.ts';

/** What the decoder is asked: the enabled points of an annotation's prompt, in order. */
export const PromptSchema = Type.Object(
  {
    box: Type.Union([BoxSchema, Type.Null()]),
    points: Type.Array(
      Type.Object(
        { x: Type.Number(), y: Type.Number(), label: PointLabelSchema },
        { additionalProperties: false },
      ),
      { maxItems: 1000 },
    ),
    maskId: Type.Union([HashSchema, Type.Null()]),
  },
  { additionalProperties: false },
);
export type WirePrompt = Static<typeof PromptSchema>;

/** Low-resolution logits, float16, little-endian, row-major, base64. */
export const LogitsSchema = Type.Object({
  side: Type.Integer({ minimum: 1 }),
  float16: Type.String(),
});
export type WireLogits = Static<typeof LogitsSchema>;

/** A candidate before post-processing, measured. */
export const CandidateSchema = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  score: Type.Number({ description: 'Predicted IoU as the model gave it, not clamped' }),
  stability: Type.Number(),
  areaPx: Type.Integer(),
  perimeterPx: Type.Number(),
  box: Type.Union([BoxSchema, Type.Null()]),
  components: Type.Integer(),
  holes: Type.Integer(),
  rle: RleSchema,
  logits: Type.Optional(LogitsSchema),
});
export type WireCandidate = Static<typeof CandidateSchema>;

/** Milliseconds on the machine that computed it. The page adds `transfer` and `draw` of its own. */
export const PredictionTimingsSchema = Type.Object({
  queue: Type.Number(),
  read: Type.Number(),
  preprocess: Type.Number(),
  encode: Type.Number(),
  decode: Type.Number(),
  postprocess: Type.Number(),
  measure: Type.Number(),
  total: Type.Number(),
});
export type PredictionTimings = Static<typeof PredictionTimingsSchema>;

/** One answer of a model to one prompt on one image, complete. Never changed once it is recorded. */
export const PredictionSchema = Type.Object({
  id: IdSchema,
  /** Hash of image, model and prompt: equal questions have equal keys. */
  key: HashSchema,
  imageId: IdSchema,
  /** SHA-256 of the image file that was seen. */
  imageSha256: HashSchema,
  model: Type.Object({
    id: IdSchema,
    files: Type.Array(Type.Object({ name: Type.String(), sha256: HashSchema })),
  }),
  prompt: PromptSchema,
  candidates: Type.Array(CandidateSchema),
  /** Index into `candidates` of the highest score. */
  best: Type.Integer({ minimum: 0 }),
  where: Type.Union([Type.Literal('server'), Type.Literal('browser')]),
  provider: Type.String(),
  cache: Type.Union([Type.Literal('memory'), Type.Literal('disk'), Type.Literal('miss')]),
  timingsMs: PredictionTimingsSchema,
  createdAt: TimeSchema,
});
export type WirePrediction = Static<typeof PredictionSchema>;

/** Asks the server for an answer. */
export const PredictRequestSchema = Type.Object(
  {
    prompt: PromptSchema,
    model: IdSchema,
    /** Editing session: a newer request of the same one supersedes those that wait (409, `superseded`). */
    session: Type.Optional(IdSchema),
    /** A preview follows the pointer: it is not recorded, and has no `id` that can be asked for. */
    preview: Type.Optional(Type.Boolean()),
    /** Which candidates come with their low-resolution logits. Default `all`. */
    logits: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('best'), Type.Literal('none')])),
    /** The annotation that it is for, for the record. */
    annotationId: Type.Optional(IdSchema),
  },
  { additionalProperties: false },
);
export type PredictRequest = Static<typeof PredictRequestSchema>;

/** Many prompts on one image, for box sensitivity. Not recorded; answered in order. */
export const PredictBatchSchema = Type.Object(
  {
    prompts: Type.Array(PromptSchema, { minItems: 1, maxItems: 200 }),
    model: IdSchema,
    choice: Type.Union([Type.Literal('best'), Type.Integer({ minimum: 0, maximum: 15 })]),
    postprocess: Type.Optional(PostprocessSchema),
  },
  { additionalProperties: false },
);

export const BatchAnswerSchema = Type.Object({
  score: Type.Number(),
  stability: Type.Number(),
  areaPx: Type.Integer(),
  rle: RleSchema,
});
export type BatchAnswer = Static<typeof BatchAnswerSchema>;

/** A prediction that the page computed, to be recorded beside those of the server. The page names it: sent twice, it is recorded once. */
export const RecordPredictionSchema = Type.Object(
  {
    ...Type.Omit(PredictionSchema, ['imageId']).properties,
    /** The annotation that it is for, for the record. */
    annotationId: Type.Optional(IdSchema),
  },
  { additionalProperties: false },
);
export type RecordPrediction = Static<typeof RecordPredictionSchema>;
