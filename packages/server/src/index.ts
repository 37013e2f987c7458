export { isLoopback, type RunningServer, type ServerOptions, startServer } from './app/start-server.ts';
export type { Dataset } from './datasets/dataset.ts';
export { openDataset } from './datasets/open-dataset.ts';
export { walkFolder } from './datasets/walk-folder.ts';
export { secureSharp } from './images/picture-settings.ts';
export {
  type DatasetMeasures,
  type MeasureFolderOptions,
  measureFolder,
} from './measures/measures-of-dataset.ts';
export { readIfThere } from './reports/author-store.ts';
export {
  type MadeReport,
  makeReport,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportOptions,
} from './reports/make-report.ts';
export type { ReportProgress } from './reports/report-progress.ts';
export { baseNameOf, writeReport } from './reports/write-report.ts';
