import { Type } from 'typebox';
import { IdSchema, TimeSchema } from './geometry.ts';

/** One line of the audit log of a dataset: who decided what, when. */
export const AuditEntrySchema = Type.Object({
  number: Type.Integer(),
  /** By the clock of the server. */
  at: TimeSchema,
  /** Who was logged in, or where the request came from. */
  person: Type.String(),
  requestId: Type.Union([Type.String(), Type.Null()]),
  imageId: IdSchema,
  path: Type.String(),
  annotationId: IdSchema,
  entryId: IdSchema,
  /** `undo` and `redo` of the decision of that entry. */
  kind: Type.Union([
    Type.Literal('accept'),
    Type.Literal('reject'),
    Type.Literal('reopen'),
    Type.Literal('correct'),
    Type.Literal('delete'),
    Type.Literal('restore'),
    Type.Literal('undo'),
    Type.Literal('redo'),
  ]),
  reason: Type.Union([Type.String(), Type.Null()]),
});

export const AuditPageSchema = Type.Object({
  entries: Type.Array(AuditEntrySchema),
  /** The `after` of the next page; null on the last one. */
  next: Type.Union([Type.Integer(), Type.Null()]),
});

export const AuditQuerySchema = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
});
