import { type Static, Type } from 'typebox';
import { PointLabelSchema } from './annotation.ts';
import { BoxSchema, IdSchema } from './geometry.ts';

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** A row of the table of measures: an object with a mask on record. */
export const MeasuredRowSchema = Type.Object({
  imageId: IdSchema,
  annotationId: IdSchema,
  image: Type.String({ description: 'Path of the image in the dataset' }),
  size: Type.Object({ width: Type.Integer(), height: Type.Integer() }),
  object: Type.String(),
  label: orNull(Type.String()),
  model: IdSchema,
  promptBox: orNull(BoxSchema),
  points: Type.Array(Type.Object({ x: Type.Number(), y: Type.Number(), label: PointLabelSchema })),
  score: orNull(Type.Number()),
  stability: orNull(Type.Number()),
  areaPx: Type.Integer(),
  perimeterPx: Type.Number(),
  maskBox: orNull(BoxSchema),
  areaErrorPx: orNull(Type.Number()),
  perimeterErrorPx: orNull(Type.Number()),
  review: Type.Union([Type.Literal('unreviewed'), Type.Literal('accepted'), Type.Literal('rejected')]),
  encodeMs: orNull(Type.Number()),
  decodeMs: orNull(Type.Number()),
  totalMs: orNull(Type.Number()),
});
export type WireMeasuredRow = Static<typeof MeasuredRowSchema>;

/** `limit` counts images: those without objects cost nothing. */
export const MeasuresQuerySchema = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 2000 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  },
  { additionalProperties: false },
);

export const MeasuresPageSchema = Type.Object({
  rows: Type.Array(MeasuredRowSchema),
  /** Images that this page looked at. */
  images: Type.Integer(),
  /** Images of the dataset. */
  total: Type.Integer(),
  /** Null on the last page. */
  next: Type.Union([Type.String(), Type.Null()]),
});

export const MeasuresFileQuerySchema = Type.Object(
  {
    format: Type.Union([Type.Literal('csv'), Type.Literal('markdown'), Type.Literal('latex')]),
    language: Type.Union([Type.Literal('en'), Type.Literal('fr')]),
  },
  { additionalProperties: false },
);
