import { type Static, Type } from 'typebox';
import { NumberedEntrySchema } from './schemas/annotation.ts';
import { DatasetSchema, ImageSchema, LabelSchema } from './schemas/dataset.ts';
import { IdSchema } from './schemas/geometry.ts';
import { ReportJobSchema } from './schemas/report.ts';
import { EmbeddingStateSchema, ModelStateSchema, SettingsSchema } from './schemas/server-state.ts';

/**
 * What the server tells by server-sent events (`GET /api/events`), as `data:` in JSON. Each has an increasing `id:`; a page
 * that comes back with `Last-Event-ID` gets what it missed, or `hello` with another `serverId` and reads everything again.
 */
export const ServerEventSchema = Type.Union([
  Type.Object({ type: Type.Literal('hello'), serverId: IdSchema, version: Type.String() }),
  Type.Object({ type: Type.Literal('dataset'), dataset: DatasetSchema }),
  Type.Object({
    type: Type.Literal('image'),
    change: Type.Union([Type.Literal('added'), Type.Literal('changed'), Type.Literal('removed')]),
    image: ImageSchema,
  }),
  Type.Object({
    type: Type.Literal('entries'),
    datasetId: IdSchema,
    imageId: IdSchema,
    entries: Type.Array(NumberedEntrySchema),
  }),
  Type.Object({ type: Type.Literal('embedding'), datasetId: IdSchema, embedding: EmbeddingStateSchema }),
  Type.Object({ type: Type.Literal('model'), model: ModelStateSchema }),
  Type.Object({ type: Type.Literal('labels'), datasetId: IdSchema, labels: Type.Array(LabelSchema) }),
  /** How far a measurement of box sensitivity is: boxes decoded, of how many. */
  Type.Object({
    type: Type.Literal('sensitivity-progress'),
    run: IdSchema,
    done: Type.Integer(),
    total: Type.Integer(),
  }),
  /** How far a report is, and at last whether it is done. */
  Type.Object({ type: Type.Literal('report'), job: ReportJobSchema }),
  Type.Object({ type: Type.Literal('settings'), settings: SettingsSchema }),
]);
export type ServerEvent = Static<typeof ServerEventSchema>;
