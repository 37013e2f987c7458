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
});
export type QuantityDrift = Static<typeof QuantityDriftSchema>;

export const ModelDriftSchema = Type.Object({
  model: IdSchema,
  quantities: Type.Array(QuantityDriftSchema),
  /** When the detector saw the score fall, newest last. */
  alarms: Type.Array(TimeSchema),
});
export type ModelDrift = Static<typeof ModelDriftSchema>;

/** What happened in one minute. */
export const MinuteSchema = Type.Object({
  at: TimeSchema,
  predictions: Type.Integer(),
  medianMs: Type.Union([Type.Number(), Type.Null()]),
  p95Ms: Type.Union([Type.Number(), Type.Null()]),
  meanScore: Type.Union([Type.Number(), Type.Null()]),
  encodes: Type.Integer(),
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  corrected: Type.Integer(),
  problems: Type.Integer(),
});
export type Minute = Static<typeof MinuteSchema>;

export const MonitoringSchema = Type.Object({
  startedAt: TimeSchema,
  /** Of the last 24 hours, those in which something happened, oldest first. */
  minutes: Type.Array(MinuteSchema),
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
