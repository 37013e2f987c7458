/**
 * What a shell sees, by the code of the error. docs/cli.md prints this table; a test keeps the two equal.
 * A number never changes its meaning. Codes that are not listed fall to the longest prefix that is.
 */
export const EXIT_CODES = {
  'usage-invalid': 2,
  'lines-failed': 3,
  'record-': 4,
  'prompts-unreadable': 5,
  'line-invalid': 6,
  'image-missing': 10,
  'image-is-folder': 11,
  'image-unreadable': 12,
  'image-empty': 13,
  'image-format-unsupported': 14,
  'image-corrupt': 15,
  'image-too-large': 16,
  'image-changed': 17,
  'image-': 19,
  'prompt-empty': 20,
  'prompt-': 21,
  'box-syntax': 22,
  'box-not-finite': 23,
  'box-empty': 24,
  'box-outside-image': 25,
  'box-': 26,
  'point-syntax': 27,
  'point-not-finite': 28,
  'point-outside-image': 29,
  'point-label-unknown': 30,
  'point-': 31,
  'mask-': 32,
  'prompt-candidate-missing': 33,
  'postprocess-': 34,
  'sensitivity-': 35,
  'calibration-': 36,
  'evaluation-': 37,
  'measures-': 38,
  'output-disk-full': 40,
  'output-not-writable': 41,
  'output-not-folder': 42,
  'output-': 43,
  'model-id-unknown': 50,
  'model-not-installed': 51,
  'model-damaged': 52,
  'model-download-failed': 53,
  'model-load-failed': 54,
  'model-': 55,
  'disk-full': 56,
  'store-': 57,
  'checkpoint-': 58,
  'onnx-': 59,
  'engine-busy': 60,
  'engine-crashed': 61,
  'engine-out-of-memory': 65,
  'engine-': 62,
  'inference-': 63,
  'provider-': 64,
  'replay-differs': 70,
  'replay-image-changed': 71,
  'replay-model-changed': 72,
  'doctor-problems': 73,
  'slurm-missing': 74,
  'slurm-failed': 75,
  'slurm-job-ended': 76,
  'folder-without-images': 77,
  'encodes-failed': 78,
  'port-taken': 80,
  'host-needs-token': 81,
  'host-unusable': 82,
  'dataset-folder-invalid': 83,
  'dataset-in-use': 84,
  'dataset-damaged': 85,
  'dataset-too-new': 86,
  'dataset-': 87,
  'log-file-unusable': 88,
  'account-': 89,
  'template-': 90,
  'report-': 91,
  'format-': 94,
  'label-': 95,
  'import-': 96,
  'bundle-': 97,
  'backup-': 98,
} as const satisfies Readonly<Record<string, number>>;

export const EXIT_OK = 0;
/** Something that nobody foresaw: a fault in Calque. */
export const EXIT_UNEXPECTED = 1;
export const EXIT_USAGE = 2;
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** 128 + the number of the signal, as shells report it. */
export const EXIT_SIGNALS: Readonly<Record<(typeof SIGNALS)[number], number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};
/** 128 + SIGPIPE. */
export const EXIT_STDOUT_CLOSED = 141;

export function exitCodeOf(errorCode: string): number {
  const table: Readonly<Record<string, number>> = EXIT_CODES;
  const prefix = Object.keys(table)
    .filter((key) => key === errorCode || (key.endsWith('-') && errorCode.startsWith(key)))
    .sort((a, b) => b.length - a.length)[0];
  return prefix === undefined ? EXIT_UNEXPECTED : (table[prefix] ?? EXIT_UNEXPECTED);
}
