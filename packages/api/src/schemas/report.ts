import { type Static, Type } from 'typebox';
import { IdSchema, TimeSchema } from './geometry.ts';

export const ReportRequestSchema = Type.Object(
  {
    language: Type.Union([Type.Literal('en'), Type.Literal('fr')]),
    /** Markdown has folders beside it: `calque report` writes it. */
    format: Type.Union([Type.Literal('html'), Type.Literal('pdf')]),
    template: Type.Union([Type.Literal('lab'), Type.Literal('model-comparison')]),
  },
  { additionalProperties: false },
);
export type ReportRequest = Static<typeof ReportRequestSchema>;

/** A report that is being made, or was. */
export const ReportJobSchema = Type.Object({
  id: IdSchema,
  datasetId: IdSchema,
  ...ReportRequestSchema.properties,
  state: Type.Union([
    Type.Literal('running'),
    Type.Literal('done'),
    Type.Literal('failed'),
    Type.Literal('cancelled'),
  ]),
  /** From 0 to 1. */
  progress: Type.Number(),
  /** Why it failed. */
  problem: Type.Union([Type.String(), Type.Null()]),
  /** On the server's machine: the report, whose records lie beside it; null until it is done. */
  path: Type.Union([Type.String(), Type.Null()]),
  /** On the server's machine: where the author's paragraphs are written; null until they have been read. */
  authorPath: Type.Union([Type.String(), Type.Null()]),
  /** Pictures that could not be drawn. */
  missingPictures: Type.Integer(),
  startedAt: TimeSchema,
});
export type ReportJob = Static<typeof ReportJobSchema>;
