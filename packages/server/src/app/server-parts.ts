import type { DatasetList } from '../datasets/dataset-list.ts';
import type { EmbeddingKeeper } from '../embeddings/embedding-keeper.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { PictureStore } from '../images/picture-store.ts';
import type { ModelKeeper } from '../models/model-keeper.ts';
import type { Monitoring } from '../observability/monitoring.ts';
import type { Predictor } from '../predictions/predictor.ts';
import type { ReportMaker } from '../reports/report-maker.ts';
import type { GuardOptions } from '../security/guard.ts';
import type { SensitivityMeter } from '../sensitivity/sensitivity-meter.ts';
import type { SettingsFile } from '../settings/settings-file.ts';

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
  readonly guard: GuardOptions;
  /** Folder of the built page; null serves the interface alone. */
  readonly pageFolder: string | null;
  readonly version: string;
  readonly limits: Limits;
}

export interface Limits {
  readonly requestsPerMinute: number;
  readonly loginsPerMinute: number;
  readonly uploadFileBytes: number;
  readonly uploadFiles: number;
  readonly bodyBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  // A pointer that a preview follows asks 60 times a second, a film strip for a hundred thumbnails at once.
  requestsPerMinute: 12_000,
  loginsPerMinute: 20,
  uploadFileBytes: 512 * 1024 * 1024,
  uploadFiles: 500,
  bodyBytes: 32 * 1024 * 1024,
};
