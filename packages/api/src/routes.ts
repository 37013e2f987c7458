import { type TSchema, Type } from 'typebox';
import { AppendEntriesSchema, DocumentLogSchema } from './schemas/annotation.ts';
import { AuditPageSchema, AuditQuerySchema } from './schemas/audit.ts';
import {
  CalibrationSchema,
  DatasetSchema,
  ExportFormatSchema,
  ImageListQuerySchema,
  ImagePageSchema,
  ImageSchema,
  ImportResultSchema,
  LabelSchema,
  StatisticsSchema,
  TagChangeSchema,
} from './schemas/dataset.ts';
import { HashSchema, IdSchema, RleSchema } from './schemas/geometry.ts';
import { MeasuresFileQuerySchema, MeasuresPageSchema, MeasuresQuerySchema } from './schemas/measures.ts';
import { AdviceSchema, MonitoringSchema } from './schemas/monitoring.ts';
import {
  BatchAnswerSchema,
  PredictBatchSchema,
  PredictionSchema,
  PredictRequestSchema,
  RecordPredictionSchema,
} from './schemas/prediction.ts';
import { ReportJobSchema, ReportRequestSchema } from './schemas/report.ts';
import { MeasureSensitivitySchema, SensitivitySchema } from './schemas/sensitivity.ts';
import {
  DiagnosisSchema,
  EmbeddingStateSchema,
  HealthSchema,
  ModelStateSchema,
  SettingsSchema,
} from './schemas/server-state.ts';
import { LogInSchema, SessionSchema } from './schemas/session.ts';

/** One operation of the HTTP interface. The server registers them, the client is made of them, OpenAPI lists them. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:name` where a parameter goes. */
  readonly path: string;
  readonly summary: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** Of a 200 answer; null where there is none (204). `binary`: bytes, whose content type the server says. */
  readonly response: TSchema | 'binary' | null;
}

const image = '/api/datasets/:datasetId/images/:imageId';
const ofDataset = Type.Object({ datasetId: IdSchema });
const ofImage = Type.Object({ datasetId: IdSchema, imageId: IdSchema });
const ofReport = Type.Object({ datasetId: IdSchema, reportId: IdSchema });
const forModel = Type.Object({ model: IdSchema });

export const routes = {
  logIn: {
    method: 'POST',
    path: '/api/session',
    summary: 'Exchange the access token, or name and password, for a cookie',
    body: LogInSchema,
    response: null,
  },
  logOut: {
    method: 'DELETE',
    path: '/api/session',
    summary: 'End the session of this cookie',
    response: null,
  },
  readSession: {
    method: 'GET',
    path: '/api/session',
    summary: 'Who this caller is to the server; open to anybody',
    response: SessionSchema,
  },
  health: {
    method: 'GET',
    path: '/api/health',
    summary: 'What state the server is in',
    response: HealthSchema,
  },
  diagnose: {
    method: 'GET',
    path: '/api/diagnosis',
    summary: 'Databases, disks and clock of the server',
    response: DiagnosisSchema,
  },
  readSettings: { method: 'GET', path: '/api/settings', summary: 'Settings', response: SettingsSchema },
  changeSettings: {
    method: 'PUT',
    path: '/api/settings',
    summary: 'Change the settings that are given',
    body: SettingsSchema,
    response: SettingsSchema,
  },
  listModels: {
    method: 'GET',
    path: '/api/models',
    summary: 'Models and whether they are ready',
    response: Type.Array(ModelStateSchema),
  },
  pullModel: {
    method: 'POST',
    path: '/api/models/:modelId/pull',
    summary: 'Download a model; progress comes as events',
    params: Type.Object({ modelId: IdSchema }),
    response: ModelStateSchema,
  },
  restoreModel: {
    method: 'POST',
    path: '/api/models/:modelId/restore',
    summary: 'Try a model at its full size again, after steps that were taken for lack of memory',
    params: Type.Object({ modelId: IdSchema }),
    response: ModelStateSchema,
  },
  readModelDecoder: {
    method: 'GET',
    path: '/api/models/:modelId/decoder',
    summary: "The model's decoder (ONNX), for decoding in the browser",
    params: Type.Object({ modelId: IdSchema }),
    response: 'binary',
  },
  listDatasets: {
    method: 'GET',
    path: '/api/datasets',
    summary: 'Open datasets',
    response: Type.Array(DatasetSchema),
  },
  readDataset: {
    method: 'GET',
    path: '/api/datasets/:datasetId',
    summary: 'One dataset, with counts',
    params: ofDataset,
    response: DatasetSchema,
  },
  readAudit: {
    method: 'GET',
    path: '/api/datasets/:datasetId/audit',
    summary: 'Who decided what and when, oldest first',
    params: ofDataset,
    query: AuditQuerySchema,
    response: AuditPageSchema,
  },
  readLabels: {
    method: 'GET',
    path: '/api/datasets/:datasetId/labels',
    summary: 'Labels of a dataset',
    params: ofDataset,
    response: Type.Array(LabelSchema),
  },
  writeLabels: {
    method: 'PUT',
    path: '/api/datasets/:datasetId/labels',
    summary: 'Replace the labels of a dataset',
    params: ofDataset,
    body: Type.Array(LabelSchema, { maxItems: 1000 }),
    response: Type.Array(LabelSchema),
  },
  /** Made in the background, one after the other; progress comes as events. */
  startReport: {
    method: 'POST',
    path: '/api/datasets/:datasetId/reports',
    summary: 'Make a report of what is recorded',
    params: ofDataset,
    body: ReportRequestSchema,
    response: ReportJobSchema,
  },
  readReport: {
    method: 'GET',
    path: '/api/datasets/:datasetId/reports/:reportId',
    summary: 'How far a report is',
    params: ofReport,
    response: ReportJobSchema,
  },
  cancelReport: {
    method: 'DELETE',
    path: '/api/datasets/:datasetId/reports/:reportId',
    summary: 'Give a report up that is being made',
    params: ofReport,
    response: null,
  },
  readReportFile: {
    method: 'GET',
    path: '/api/datasets/:datasetId/reports/:reportId/file',
    summary: 'A finished report (HTML or PDF)',
    params: ofReport,
    response: 'binary',
  },
  writeCalibration: {
    method: 'PUT',
    path: '/api/datasets/:datasetId/calibration',
    summary: 'Say what a pixel is worth, for measures in physical units; null takes it back',
    params: ofDataset,
    body: Type.Object(
      { calibration: Type.Union([CalibrationSchema, Type.Null()]) },
      { additionalProperties: false },
    ),
    response: DatasetSchema,
  },
  listImages: {
    method: 'GET',
    path: '/api/datasets/:datasetId/images',
    summary: 'Images of a dataset, a page at a time',
    params: ofDataset,
    query: ImageListQuerySchema,
    response: ImagePageSchema,
  },
  changeTags: {
    method: 'PUT',
    path: '/api/datasets/:datasetId/tags',
    summary: 'Add and remove tags of images; the images come as events, too',
    params: ofDataset,
    body: TagChangeSchema,
    response: Type.Array(ImageSchema),
  },
  readStatistics: {
    method: 'GET',
    path: '/api/datasets/:datasetId/statistics',
    summary: 'Counts and distributions of a dataset',
    params: ofDataset,
    response: StatisticsSchema,
  },
  /** Deterministic; images that were never shown are measured first, 500 at most. Nothing is changed. */
  proposeSelection: {
    method: 'POST',
    path: '/api/datasets/:datasetId/selection',
    summary: 'Images that represent the dataset',
    params: ofDataset,
    body: Type.Object({ count: Type.Integer({ minimum: 1, maximum: 500 }) }, { additionalProperties: false }),
    response: Type.Object({ images: Type.Array(ImageSchema) }),
  },
  /** One file for `coco`, `csv` and `jsonl`, else a zip. */
  exportDataset: {
    method: 'GET',
    path: '/api/datasets/:datasetId/export',
    summary: 'The objects of a dataset for other programs',
    params: ofDataset,
    query: Type.Object({
      format: ExportFormatSchema,
      scope: Type.Optional(Type.Union([Type.Literal('accepted'), Type.Literal('all')])),
      segmentation: Type.Optional(
        Type.Union([Type.Literal('rle'), Type.Literal('counts'), Type.Literal('polygons')]),
      ),
    }),
    response: 'binary',
  },
  /** `multipart/form-data` with one file: a zip, or what a single file of the format is. */
  importDataset: {
    method: 'POST',
    path: '/api/datasets/:datasetId/import',
    summary: 'Take the masks of another program as objects',
    params: ofDataset,
    query: Type.Object({ format: ExportFormatSchema, partial: Type.Optional(Type.Boolean()) }),
    response: ImportResultSchema,
  },
  readBundle: {
    method: 'GET',
    path: '/api/datasets/:datasetId/bundle',
    summary: 'The dataset with everything in it, as a zip',
    params: ofDataset,
    response: 'binary',
  },
  /** `multipart/form-data`, any number of files; checked before they become part of the dataset. */
  uploadImages: {
    method: 'POST',
    path: '/api/datasets/:datasetId/images',
    summary: 'Add image files',
    params: ofDataset,
    response: Type.Object({
      images: Type.Array(ImageSchema),
      refused: Type.Array(Type.Object({ name: Type.String(), code: Type.String(), detail: Type.String() })),
    }),
  },
  /** The body is multipart/form-data with one picture. It may not be changed afterwards: a report shows what was seen. */
  storeCapture: {
    method: 'POST',
    path: '/api/datasets/:datasetId/captures',
    summary: 'Keep a picture of the workbench for the report',
    params: ofDataset,
    response: Type.Object({ name: Type.String() }),
  },
  readImage: { method: 'GET', path: image, summary: 'One image', params: ofImage, response: ImageSchema },
  readImageFile: {
    method: 'GET',
    path: `${image}/file`,
    summary: 'The file itself',
    params: ofImage,
    response: 'binary',
  },
  readThumbnail: {
    method: 'GET',
    path: `${image}/thumbnail`,
    summary: 'A small picture of the oriented image (WebP)',
    params: ofImage,
    query: Type.Object({ side: Type.Optional(Type.Union([Type.Literal(160), Type.Literal(320)])) }),
    response: 'binary',
  },
  /** Oriented, alpha on white, 8 bits, sRGB: the pixels that the model sees, as far as the format keeps them. */
  readDisplay: {
    method: 'GET',
    path: `${image}/display`,
    summary: 'The oriented image as browsers show it',
    params: ofImage,
    response: 'binary',
  },
  readTileDescriptor: {
    method: 'GET',
    path: `${image}/tiles.dzi`,
    summary: 'Deep Zoom descriptor; tiles are at tiles_files/LEVEL/COLUMN_ROW.FORMAT',
    params: ofImage,
    response: 'binary',
  },
  readTile: {
    method: 'GET',
    path: `${image}/tiles_files/:level/:tile`,
    summary: 'A Deep Zoom tile',
    params: Type.Object({
      datasetId: IdSchema,
      imageId: IdSchema,
      level: Type.Integer({ minimum: 0, maximum: 40 }),
      tile: Type.String({ pattern: '^[0-9]{1,6}_[0-9]{1,6}\\.(jpeg|jpg|webp|png)$' }),
    }),
    response: 'binary',
  },
  readEmbedding: {
    method: 'GET',
    path: `${image}/embedding`,
    summary: 'Whether the image is encoded',
    params: ofImage,
    query: forModel,
    response: EmbeddingStateSchema,
  },
  /** `view` goes before `ahead`, which waits for everything else. Asking again with `view` moves it up. */
  requestEmbedding: {
    method: 'PUT',
    path: `${image}/embedding`,
    summary: 'Encode the image, if it is not; progress comes as events',
    params: ofImage,
    body: Type.Object(
      {
        model: IdSchema,
        purpose: Type.Union([Type.Literal('view'), Type.Literal('ahead')]),
        /** Which page asks: an encode ends when no page wants it any more. */
        page: IdSchema,
      },
      { additionalProperties: false },
    ),
    response: EmbeddingStateSchema,
  },
  releaseEmbedding: {
    method: 'DELETE',
    path: `${image}/embedding`,
    summary: 'This page left the image: its encode need not go on',
    params: ofImage,
    query: Type.Object({ model: IdSchema, page: IdSchema }),
    response: null,
  },
  /** Layout: docs/embedding-cache.md. Waits until the image is encoded. */
  readEmbeddingTensors: {
    method: 'GET',
    path: `${image}/embedding/tensors`,
    summary: 'The embedding itself, for decoding in the browser',
    params: ofImage,
    query: forModel,
    response: 'binary',
  },
  predict: {
    method: 'POST',
    path: `${image}/predictions`,
    summary: 'Answer a prompt; recorded unless it is a preview',
    params: ofImage,
    body: PredictRequestSchema,
    response: PredictionSchema,
  },
  predictBatch: {
    method: 'POST',
    path: `${image}/predictions/batch`,
    summary: 'Answer many prompts in order; not recorded',
    params: ofImage,
    body: PredictBatchSchema,
    response: Type.Object({ answers: Type.Array(BatchAnswerSchema), totalMs: Type.Number() }),
  },
  /** Decodes a family of boxes in one batch. Recorded when it answers; nothing is kept of one that was given up. */
  measureSensitivity: {
    method: 'POST',
    path: `${image}/sensitivity`,
    summary: 'How much a mask depends on the exact box; recorded, progress comes as events',
    params: ofImage,
    body: MeasureSensitivitySchema,
    response: SensitivitySchema,
  },
  findSensitivity: {
    method: 'GET',
    path: `${image}/sensitivity`,
    summary: 'Recorded measurements of box sensitivity, newest first',
    params: ofImage,
    query: Type.Object({ annotationId: Type.Optional(IdSchema) }),
    response: Type.Array(SensitivitySchema),
  },
  listMeasures: {
    method: 'GET',
    path: '/api/datasets/:datasetId/measures',
    summary: 'The table of measures, a page of images at a time, in the order of their paths',
    params: ofDataset,
    query: MeasuresQuerySchema,
    response: MeasuresPageSchema,
  },
  exportMeasures: {
    method: 'GET',
    path: '/api/datasets/:datasetId/measures/file',
    summary: 'The whole table of measures as CSV, Markdown or LaTeX',
    params: ofDataset,
    query: MeasuresFileQuerySchema,
    response: 'binary',
  },
  recordPrediction: {
    method: 'POST',
    path: `${image}/predictions/recorded`,
    summary: 'Record a prediction that the browser computed',
    params: ofImage,
    body: RecordPredictionSchema,
    response: PredictionSchema,
  },
  /** Newest first where several answer the same key. Without logits. */
  findPredictions: {
    method: 'POST',
    path: `${image}/predictions/find`,
    summary: 'Recorded predictions by key',
    params: ofImage,
    body: Type.Object({ keys: Type.Array(HashSchema, { maxItems: 200 }) }, { additionalProperties: false }),
    response: Type.Array(PredictionSchema),
  },
  /** Float16, little-endian, row-major, one candidate after the other. Kept for the latest answers alone: `logits-gone` for others. */
  readLogits: {
    method: 'GET',
    path: `${image}/predictions/:predictionId/logits`,
    summary: 'Low-resolution logits of all candidates of an answer that was given just now',
    params: Type.Object({ datasetId: IdSchema, imageId: IdSchema, predictionId: IdSchema }),
    response: 'binary',
  },
  readMask: {
    method: 'GET',
    path: `${image}/masks/:maskId`,
    summary: 'A stored mask',
    params: Type.Object({ datasetId: IdSchema, imageId: IdSchema, maskId: HashSchema }),
    response: RleSchema,
  },
  /** `maskId` must be the hash of the mask (see `maskIdOf`). */
  writeMask: {
    method: 'PUT',
    path: `${image}/masks/:maskId`,
    summary: 'Store a mask that was painted, imported or accepted',
    params: Type.Object({ datasetId: IdSchema, imageId: IdSchema, maskId: HashSchema }),
    body: RleSchema,
    response: null,
  },
  readDocument: {
    method: 'GET',
    path: `${image}/document`,
    summary: "The image's log",
    params: ofImage,
    query: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }),
    response: DocumentLogSchema,
  },
  appendEntries: {
    method: 'POST',
    path: `${image}/document/entries`,
    summary: 'Append gestures to the log',
    params: ofImage,
    body: AppendEntriesSchema,
    response: DocumentLogSchema,
  },
  readMonitoring: {
    method: 'GET',
    path: '/api/monitoring',
    summary: 'The last minutes, drift, what was counted, and how busy the engines are',
    query: Type.Object({
      /** How far back; default 1440, a day. */
      minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
    }),
    response: MonitoringSchema,
  },
  adoptReference: {
    method: 'POST',
    path: '/api/monitoring/:modelId/reference',
    summary: 'Take the latest values of a model for what is usual',
    params: Type.Object({ modelId: IdSchema }),
    response: MonitoringSchema,
  },
  readAdvice: {
    method: 'GET',
    path: '/api/datasets/:datasetId/advice',
    summary: 'What people accepted by score, and the threshold that it advises',
    params: ofDataset,
    query: Type.Object({
      /** Share of accepted masks that is wanted; default 0.95. */
      precision: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
    }),
    response: AdviceSchema,
  },
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
