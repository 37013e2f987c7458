export { base64OfBytes, bytesOfBase64 } from './base64.ts';
export {
  type AddressArguments,
  type Answer,
  type CallArguments,
  type Client,
  type ClientOptions,
  createClient,
  type DeepReadonly,
  PAGE_HEADER,
} from './client.ts';
export { answerNotUnderstood } from './errors.ts';
export { type ServerEvent, ServerEventSchema } from './events.ts';
export { float16Bytes, float16FromFloat32, float32FromFloat16, float32FromFloat16Bytes } from './float16.ts';
export { maskIdOf, predictionKeyOf, type Question } from './keys.ts';
export { type Route, type RouteName, type Routes, routes } from './routes.ts';
export {
  AnnotationSchema,
  AppendEntriesSchema,
  DocumentLogSchema,
  EntrySchema,
  NumberedEntrySchema,
} from './schemas/annotation.ts';
export {
  DatasetSchema,
  ImagePageSchema,
  ImageSchema,
  type ImageState,
  LabelSchema,
  type WireDataset,
  type WireImage,
  type WireLabel,
  type WireStatistics,
} from './schemas/dataset.ts';
export { RleSchema, type WireRle } from './schemas/geometry.ts';
export type { WireMeasuredRow } from './schemas/measures.ts';
export type {
  Advice,
  DriftQuantity,
  Figure,
  Minute,
  ModelDrift,
  Monitoring,
  QuantityDrift,
  StageMeans,
} from './schemas/monitoring.ts';
export {
  type BatchAnswer,
  CandidateSchema,
  PredictionSchema,
  type PredictionTimings,
  type PredictRequest,
  type RecordPrediction,
  type WireCandidate,
  type WireLogits,
  type WirePrediction,
  type WirePrompt,
} from './schemas/prediction.ts';
export { type ReportJob, ReportJobSchema, type ReportRequest } from './schemas/report.ts';
export {
  type MeasureSensitivity,
  SensitivitySchema,
  type WireSensitivity,
} from './schemas/sensitivity.ts';
export {
  type DecoderFacts,
  type Diagnosis,
  type EmbeddingState,
  type MemoryState,
  type ModelState,
  type Problem,
  ProblemSchema,
  type Settings,
  SettingsSchema,
} from './schemas/server-state.ts';
export { ROLES, type Role, type Session } from './schemas/session.ts';
