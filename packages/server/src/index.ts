export { type Account, Accounts } from './accounts/accounts.ts';
export { isRole } from './accounts/route-roles.ts';
export { isLoopback, type RunningServer, type ServerOptions, startServer } from './app/start-server.ts';
export type { UnpackOptions } from './archive/open-archive.ts';
export { type BackupFacts, restoreBackup, verifyBackup } from './backup/restore-backup.ts';
export { type WriteBackupOptions, writeBackup } from './backup/write-backup.ts';
export type { Dataset } from './datasets/dataset.ts';
export { openDataset } from './datasets/open-dataset.ts';
export { walkFolder } from './datasets/walk-folder.ts';
export type { ExportScope } from './exchange/collect-objects.ts';
export {
  type DatasetExport,
  type ExportOptions,
  exportDataset,
  SINGLE_FILE_FORMATS,
} from './exchange/export-dataset.ts';
export { EXPORT_FORMATS, type ExportFormat, type OutFile } from './exchange/format-files.ts';
export { type ImportOptions, type ImportResult, importDataset } from './exchange/import-dataset.ts';
export { openInFiles } from './exchange/in-files.ts';
export { type OpenedBundle, openBundle } from './exchange/open-bundle.ts';
export { type Bundle, type BundleOptions, writeBundle } from './exchange/write-bundle.ts';
export { zipOf } from './exchange/zip-files.ts';
export { secureSharp } from './images/picture-settings.ts';
export { LogFile, type LogFileOptions } from './logging/log-file.ts';
export { LOG_LEVELS, type LogLevel, type ServerLogOptions } from './logging/server-log.ts';
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
