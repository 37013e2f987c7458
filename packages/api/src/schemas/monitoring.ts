import { type Static, Type } from 'typebox';
import { IdSchema, TimeSchema } from './geometry.ts';

const quantity = Type.Union([
  Type.Literal('score'),
  Type.Literal('stability'),
  Type.Literal('box-ratio'),
  Type.Literal('image-px'),
  Type.Literal('brightness'),
]);
export type DriftQuantity = Static<typeof quantity>;

/** How the latest values of a quantity compare with those that were usual. */
export const QuantityDriftSchema = Type.Object({
  quantity,
  /** `learning`: the reference is not full yet; `waiting`: too few values since then. */
  verdict: Type.Union([
    Type.Literal('learning'),
    Type.Literal('waiting'),
    Type.Literal('steady'),
    Type.Literal('moderate'),
    Type.Literal('large'),
  ]),
  referenceCount: Type.Integer(),
  windowCount: Type.Integer(),
  referenceMedian: Type.Union([Type.Number(), Type.Null()]),
  windowMedian: Type.Union([Type.Number(), Type.Null()]),
  /** Null while there is nothing to compare. */
  populationStability: Type.Union([Type.Number(), Type.Null()]),
  distance: Type.Union([Type.Number(), Type.Null()]),
  /** What chance exceeds once in a thousand times. */
  distanceLimit: Type.Union([Type.Number(), Type.Null()]),
  /** How many values of the reference and of the window lie in each bin; `edges` are one more than the bins, ascending. */
  histogram: Type.Object({
    edges: Type.Array(Type.Number()),
    reference: Type.Array(Type.Integer()),
    window: Type.Array(Type.Integer()),
  }),
});
export type QuantityDrift = Static<typeof QuantityDriftSchema>;

export const ModelDriftSchema = Type.Object({
  model: IdSchema,
  quantities: Type.Array(QuantityDriftSchema),
  /** When the detector saw the score fall, newest last. */
  alarms: Type.Array(TimeSchema),
});
export type ModelDrift = Static<typeof ModelDriftSchema>;

const mean = Type.Union([Type.Number(), Type.Null()]);
const most = Type.Union([Type.Number(), Type.Null()]);

/** Mean of what each stage took in a minute; null where there was none. */
export const StageMeansSchema = Type.Object({
  queue: mean,
  read: mean,
  preprocess: mean,
  encode: mean,
  decode: mean,
  postprocess: mean,
  measure: mean,
});
export type StageMeans = Static<typeof StageMeansSchema>;

/** What happened in one minute. */
export const MinuteSchema = Type.Object({
  at: TimeSchema,
  predictions: Type.Integer(),
  medianMs: Type.Union([Type.Number(), Type.Null()]),
  p95Ms: Type.Union([Type.Number(), Type.Null()]),
  meanScore: Type.Union([Type.Number(), Type.Null()]),
  meanStability: Type.Union([Type.Number(), Type.Null()]),
  stagesMs: StageMeansSchema,
  /** Embeddings that were computed, and that a cache had. */
  encodes: Type.Integer(),
  cacheHits: Type.Integer(),
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  corrected: Type.Integer(),
  problems: Type.Integer(),
  /** The most of it that was seen in the minute; null where nobody looked. */
  waiting: most,
  residentBytes: most,
  heapBytes: most,
  eventLoopP99Ms: most,
});
export type Minute = Static<typeof MinuteSchema>;

/** A series of `GET /metrics`, as it is now. */
export const FigureSchema = Type.Object({
  name: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  value: Type.Number(),
});
export type Figure = Static<typeof FigureSchema>;

export const MonitoringSchema = Type.Object({
  startedAt: TimeSchema,
  /** Of the time that was asked for, oldest first. */
  minutes: Type.Array(MinuteSchema),
  /** What was counted since the server started: counters, and sums and counts of distributions. */
  figures: Type.Array(FigureSchema),
  drift: Type.Array(ModelDriftSchema),
  engines: Type.Array(
    Type.Object({
      model: IdSchema,
      provider: Type.String(),
      waiting: Type.Integer(),
      running: Type.Integer(),
    }),
  ),
});
export type Monitoring = Static<typeof MonitoringSchema>;

/** What people decided by score, and the threshold that it advises; `ThresholdAdvice` of core. */
export const AdviceSchema = Type.Object({
  bins: Type.Array(
    Type.Object({
      from: Type.Number(),
      to: Type.Number(),
      accepted: Type.Integer(),
      corrected: Type.Integer(),
      rejected: Type.Integer(),
    }),
  ),
  judged: Type.Integer(),
  suggestion: Type.Union([
    Type.Object({
      threshold: Type.Number(),
      precision: Type.Number(),
      low: Type.Number(),
      high: Type.Number(),
      count: Type.Integer(),
      kept: Type.Number(),
    }),
    Type.Null(),
  ]),
});
export type Advice = Static<typeof AdviceSchema>;
