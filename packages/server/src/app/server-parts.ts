import type { LoginAttempts } from '../accounts/login-attempts.ts';
import type { DatasetList } from '../datasets/dataset-list.ts';
import type { EmbeddingKeeper } from '../embeddings/embedding-keeper.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { PictureStore } from '../images/picture-store.ts';
import type { ServerLog } from '../logging/server-log.ts';
import type { ModelKeeper } from '../models/model-keeper.ts';
import type { Monitoring } from '../observability/monitoring.ts';
import type { Predictor } from '../predictions/predictor.ts';
import type { ReportMaker } from '../reports/report-maker.ts';
import type { GuardOptions } from '../security/guard.ts';
import type { SensitivityMeter } from '../sensitivity/sensitivity-meter.ts';
import type { SettingsFile } from '../settings/settings-file.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What the routes work with. */
export interface ServerParts {
  readonly datasets: DatasetList;
  readonly models: ModelKeeper;
  readonly embeddings: EmbeddingKeeper;
  readonly predictor: Predictor;
  readonly sensitivity: SensitivityMeter;
  readonly reports: ReportMaker;
  readonly pictures: PictureStore;
  readonly events: EventHub;
  readonly settings: SettingsFile;
  readonly monitoring: Monitoring;
  readonly log: ServerLog;
  /** Null where nobody collects traces. */
  readonly tracing: Tracing | null;
  readonly guard: GuardOptions;
  readonly attempts: LoginAttempts;
  /** Folder of the built page; null serves the interface alone. */
  readonly pageFolder: string | null;
  readonly version: string;
  readonly lifecycle: Lifecycle;
  /** Folder of everything that Calque keeps. */
  readonly home: string;
  readonly limits: Limits;
}

export interface Limits {
  /** Requests under way, of everybody; beyond it 503. */
  readonly requestsAtOnce: number;
  /** Of one person; beyond it 429. */
  readonly requestsOfPersonAtOnce: number;
  /** How long the work on an answer may take; beyond it 504. */
  readonly answerMs: number;
  /** How long the bytes of a request may take to arrive; beyond it 408. */
  readonly receiveMs: number;
  readonly requestsPerMinute: number;
  readonly loginsPerMinute: number;
  readonly uploadFileBytes: number;
  readonly uploadFiles: number;
  readonly bodyBytes: number;
}

const MINUTE_MS = 60_000;

export const DEFAULT_LIMITS: Limits = {
  requestsAtOnce: 2000,
  // A film strip asks for a hundred thumbnails at once, and a program may have as many prompts under way.
  requestsOfPersonAtOnce: 400,
  // An encode of the largest model on one core takes minutes.
  answerMs: 15 * MINUTE_MS,
  // An upload of the largest size over a slow line.
  receiveMs: 30 * MINUTE_MS,
  // A pointer that a preview follows asks 60 times a second, a film strip for a hundred thumbnails at once.
  requestsPerMinute: 12_000,
  loginsPerMinute: 20,
  uploadFileBytes: 512 * 1024 * 1024,
  uploadFiles: 500,
  bodyBytes: 32 * 1024 * 1024,
};
