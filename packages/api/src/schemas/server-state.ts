import { type Static, Type } from 'typebox';
import { HashSchema, IdSchema } from './geometry.ts';

/** RFC 9457, `application/problem+json`; `code` is one of docs/errors.md, `type` links to it. */
export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  code: Type.String(),
  expected: Type.Optional(Type.String()),
  remedy: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Problem = Static<typeof ProblemSchema>;

const SizeSchema = Type.Object({ width: Type.Integer(), height: Type.Integer() });
const perChannel = Type.Tuple([Type.Number(), Type.Number(), Type.Number()]);

/** What a page needs to know to run the model's decoder: see `ModelManifest`. */
export const DecoderFactsSchema = Type.Object({
  family: Type.Union([Type.Literal('sam1'), Type.Literal('sam2')]),
  interface: Type.Union([Type.Literal('published'), Type.Literal('calque'), Type.Literal('transformers')]),
  /** What inputs and outputs are called in the file, where that differs. */
  names: Type.Record(Type.String(), Type.String()),
  input: Type.Object({
    size: SizeSchema,
    fit: Type.Union([Type.Literal('pad'), Type.Literal('squash')]),
    scale: Type.Number(),
    mean: perChannel,
    std: perChannel,
    channelOrder: Type.Union([Type.Literal('rgb'), Type.Literal('bgr')]),
    logits: SizeSchema,
  }),
});
export type DecoderFacts = Static<typeof DecoderFactsSchema>;

const byteProgress = Type.Object({ doneBytes: Type.Integer(), totalBytes: Type.Integer() });

/** What a model does without since memory did not suffice, until somebody asks for everything again. */
export const MemoryStateSchema = Type.Object({
  /** The last step that was taken; `none-left`: there was none, and the request failed. */
  step: Type.Union([
    Type.Literal('smaller-batch'),
    Type.Literal('arena-off'),
    Type.Literal('lower-precision'),
    Type.Literal('smaller-model'),
    Type.Literal('cpu'),
    Type.Literal('none-left'),
  ]),
  /** Id of the model that answers in its place; its own where it answers itself. */
  answeredBy: IdSchema,
  since: Type.String({ maxLength: 40 }),
});
export type MemoryState = Static<typeof MemoryStateSchema>;

/** A model that the server knows, and whether it can be asked. */
export const ModelStateSchema = Type.Object({
  id: IdSchema,
  title: Type.String(),
  licence: Type.String(),
  family: Type.String(),
  isDefault: Type.Boolean(),
  /** Hashes of its files, in the order of its predictions: with them a page can ask for recorded predictions. */
  files: Type.Optional(Type.Array(Type.Object({ name: Type.String(), sha256: HashSchema }))),
  /** Absent where a page cannot run the decoder: it is in several files. */
  decoder: Type.Optional(DecoderFactsSchema),
  status: Type.Union([
    Type.Literal('missing'),
    Type.Literal('downloading'),
    Type.Literal('ready'),
    Type.Literal('failed'),
  ]),
  progress: Type.Union([byteProgress, Type.Null()]),
  problem: Type.Union([ProblemSchema, Type.Null()]),
  /** Absent while memory suffices. */
  memory: Type.Optional(MemoryStateSchema),
});
export type ModelState = Static<typeof ModelStateSchema>;

/** How far the embedding of an image for a model is. */
export const EmbeddingStateSchema = Type.Object({
  imageId: IdSchema,
  model: IdSchema,
  status: Type.Union([
    Type.Literal('none'),
    Type.Literal('waiting-for-model'),
    Type.Literal('queued'),
    Type.Literal('reading'),
    Type.Literal('encoding'),
    Type.Literal('ready'),
    Type.Literal('failed'),
  ]),
  /** Since the stage began. */
  elapsedMs: Type.Number(),
  /** What the stage took lately on this machine; null before the first. */
  expectedMs: Type.Union([Type.Number(), Type.Null()]),
  cache: Type.Union([Type.Literal('memory'), Type.Literal('disk'), Type.Literal('miss'), Type.Null()]),
  problem: Type.Union([ProblemSchema, Type.Null()]),
});
export type EmbeddingState = Static<typeof EmbeddingStateSchema>;

export const SettingsSchema = Type.Object(
  {
    language: Type.Optional(Type.Union([Type.Literal('en'), Type.Literal('fr')])),
    theme: Type.Optional(Type.Union([Type.Literal('system'), Type.Literal('light'), Type.Literal('dark')])),
    model: Type.Optional(IdSchema),
    decodeIn: Type.Optional(
      Type.Union([Type.Literal('measured'), Type.Literal('server'), Type.Literal('browser')]),
    ),
    hoverPreview: Type.Optional(Type.Boolean()),
    maskOpacity: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    /** Command id → key, for keys that the person changed. */
    keys: Type.Optional(Type.Record(IdSchema, Type.String({ maxLength: 40 }))),
    hintsSeen: Type.Optional(Type.Array(IdSchema, { maxItems: 50 })),
  },
  { additionalProperties: false },
);
export type Settings = Static<typeof SettingsSchema>;

export const HealthSchema = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('starting'), Type.Literal('degraded')]),
  version: Type.String(),
  uptimeS: Type.Number(),
  models: Type.Array(ModelStateSchema),
  engine: Type.Object({ provider: Type.Union([Type.String(), Type.Null()]), threads: Type.Integer() }),
});

/** How things stand where the server keeps what it keeps; for who runs it. */
export const DiagnosisSchema = Type.Object({
  version: Type.String(),
  /** By the server's clock: ISO 8601, UTC. */
  at: Type.String(),
  home: Type.Object({ folder: Type.String(), freeBytes: Type.Union([Type.Number(), Type.Null()]) }),
  datasets: Type.Array(
    Type.Object({
      id: IdSchema,
      name: Type.String(),
      folder: Type.String(),
      writable: Type.Boolean(),
      /** Of the database. */
      sizeBytes: Type.Integer(),
      /** False where the database is too large to be read while it is worked with. */
      checked: Type.Boolean(),
      /** What is wrong with the database; null: nothing that was found. */
      problem: Type.Union([Type.String(), Type.Null()]),
      freeBytes: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
});
export type Diagnosis = Static<typeof DiagnosisSchema>;
