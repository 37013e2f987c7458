import { CalqueError } from '@calque/core';
import { printableText } from './printable-text.ts';

export function usageInvalid(message: string, expected: string, remedy?: string): CalqueError {
  return new CalqueError({
    code: 'usage-invalid',
    message,
    expected,
    remedy: remedy ?? 'See `calque --help`',
  });
}

export function templateUnreadable(file: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'template-unreadable',
    message: `the template ${quoted(file)} cannot be read (${reason})`,
    expected: 'lab, model-comparison, or a file of at most 1 MiB',
    remedy: 'Begin with the one that `calque report --print-template` prints.',
    details: { file, reason },
  });
}

export function boxSyntax(text: string): CalqueError {
  return new CalqueError({
    code: 'box-syntax',
    message: `the box ${quoted(text)} is not four numbers`,
    expected: 'x1,y1,x2,y2 in pixels of the image, e.g. --box 75,275,1725,850',
    details: { text },
  });
}

export function pointSyntax(flag: string, text: string): CalqueError {
  return new CalqueError({
    code: 'point-syntax',
    message: `the point ${quoted(text)} of ${flag} is not two numbers`,
    expected: `x,y in pixels of the image, e.g. ${flag} 500,375`,
    details: { flag, text },
  });
}

/** Another package's error, with what can be done about it on the command line. */
export function withRemedy(error: CalqueError, remedy: string | undefined): CalqueError {
  return remedy === undefined ? error : new CalqueError({ ...error.toJSON(), remedy, cause: error.cause });
}

/** Another package's error about the content of a file, with the name of the file. */
export function inFile(path: string, error: CalqueError): CalqueError {
  return new CalqueError({
    ...error.toJSON(),
    message: `${quoted(path)}: ${error.message}`,
    expected: error.expected ?? 'a file that Calque wrote',
    details: { ...error.details, file: path },
    cause: error,
  });
}

export function maskInputInvalid(path: string, reason: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'mask-input-invalid',
    message: `the mask ${quoted(path)} cannot be used: ${reason}`,
    expected: 'a mask PNG of the size of the image, or a record that Calque wrote',
    details: { path },
    cause,
  });
}

export function promptsUnreadable(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'prompts-unreadable',
    message: `the prompts ${quoted(path)} cannot be read (${reasonOf(cause)})`,
    expected: 'a file with one JSON object a line, or - for standard input',
    details: { path },
    cause,
  });
}

export function noPromptForImage(path: string, image: string): CalqueError {
  return new CalqueError({
    code: 'prompts-unreadable',
    message: `the prompts ${quoted(path)} have no line about ${quoted(image)}`,
    expected: 'at least one whose "image" is that file',
    details: { path, image },
  });
}

/** A limit that keeps an endless input from filling memory and disk. */
export function promptsTooLong(path: string, what: string): CalqueError {
  return new CalqueError({
    code: 'prompts-unreadable',
    message: `the prompts ${quoted(path)} are too long: ${what}`,
    expected: 'at most 100,000 lines of 1 MiB each, 256 MiB together',
    remedy: 'Split them and run the command on each part',
    details: { path },
  });
}

/** `code`: where a fault of the line has a class of its own. */
export function lineInvalid(reason: string, expected: string, code = 'line-invalid'): CalqueError {
  return new CalqueError({ code, message: reason, expected });
}

export interface FailedLines {
  readonly failed: number;
  readonly total: number;
  /** The one that all of them have, where they do. */
  readonly code?: string;
  readonly canResume: boolean;
}

export function linesFailed({ failed, total, code = 'lines-failed', canResume }: FailedLines): CalqueError {
  return new CalqueError({
    code,
    message: `${failed} of ${total} lines failed (see above)`,
    expected: 'every line to give a mask',
    remedy: `Correct them and run again${canResume ? ' with --resume' : ''}`,
    details: { failed, total },
  });
}

/** A failed write in the output folder, as what the person can do about it. */
export function outputFailed(path: string, cause: unknown): CalqueError {
  const code = errnoOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') return outputDiskFull(path, cause);
  if (code === 'ENOTDIR' || code === 'EEXIST') return outputNotFolder(path, cause);
  return new CalqueError({
    code: 'output-not-writable',
    message: `cannot write ${quoted(path)} (${reasonOf(cause)})`,
    expected: 'a folder that you may write to',
    remedy: 'Choose another one with --out',
    details: { path },
    cause,
  });
}

function outputDiskFull(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'output-disk-full',
    message: `the disk is full: ${quoted(path)} was not written`,
    expected: 'room for the results',
    remedy: 'Free some space or choose another folder with --out; what was written before is whole',
    details: { path },
    cause,
  });
}

function outputNotFolder(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'output-not-folder',
    message: `${quoted(path)} is not a folder`,
    expected: 'a folder, or a name that is free',
    remedy: 'Choose another one with --out',
    details: { path },
    cause,
  });
}

export function manifestUnreadable(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'evaluation-manifest-unreadable',
    message: `the manifest ${quoted(path)} cannot be read (${reasonOf(cause)})`,
    expected:
      'COCO instances, a JSON list of images with labels, or a folder with NAME.labels.png beside its images',
    details: { path },
    cause,
  });
}

export function manifestInvalid(path: string, reason: string, expected: string): CalqueError {
  return new CalqueError({
    code: 'evaluation-manifest-invalid',
    message: `the manifest ${quoted(path)} cannot be used: ${reason}`,
    expected,
    details: { path },
  });
}

export function truthUnreadable(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'evaluation-truth-unreadable',
    message: `the labels ${quoted(path)} cannot be read (${reasonOf(cause)})`,
    expected: 'a grey PNG of 8 or 16 bits whose pixel values are numbers of objects, 0 for none',
    details: { path },
    cause,
  });
}

export function resultsExist(folder: string): CalqueError {
  return new CalqueError({
    code: 'evaluation-results-exist',
    message: `${quoted(folder)} has the results of an earlier evaluation`,
    expected: 'a folder without any',
    remedy: 'Add --resume to go on with them (what still holds is kept), or choose another folder with --out',
    details: { folder },
  });
}

/** @param objects evaluated all the same */
export function evaluationIncomplete(failed: number, objects: number): CalqueError {
  return new CalqueError({
    code: 'evaluation-incomplete',
    message: `${failed} images could not be evaluated (see above); the figures are those of ${objects} objects of the others`,
    expected: 'every image of the manifest',
    details: { failed, objects },
  });
}

export function nothingMeasured(sources: readonly string[]): CalqueError {
  return new CalqueError({
    code: 'measures-empty',
    message: `no object is recorded in ${sources.map(quoted).join(', ')}`,
    expected:
      'records as `calque segment --out FOLDER` writes them, or a folder that was worked on in the workbench',
    details: { sources: sources.length },
  });
}

export function outputTaken(path: string): CalqueError {
  return new CalqueError({
    code: 'output-taken',
    message: `${quoted(path)} is there already`,
    expected: 'a name that is free: nothing is replaced',
    remedy: 'Name another one with --out, or move it away.',
    details: { path },
  });
}

export function outputBusy(folder: string, waitedMs: number): CalqueError {
  return new CalqueError({
    code: 'output-busy',
    message: `another process has been writing into ${quoted(folder)} for ${waitedMs / 1000} seconds`,
    expected: 'it to finish within that time',
    remedy: 'See whether it hangs, or choose another folder with --out',
    details: { folder, waitedMs },
  });
}

export function outputLockLost(folder: string): CalqueError {
  return new CalqueError({
    code: 'output-lock-lost',
    message: `another process took over the writing into ${quoted(folder)}, since this one was asleep`,
    expected: 'to finish a result without a pause of several seconds',
    remedy: 'Run the command again; with --prompts, add --resume',
    details: { folder },
  });
}

export function outputFolderRemoved(folder: string): CalqueError {
  return new CalqueError({
    code: 'output-folder-removed',
    message: `the folder ${quoted(folder)} was removed or replaced while results were written into it`,
    expected: 'it to stay where it is until the command ends',
    remedy: 'Run the command again',
    details: { folder },
  });
}

export function outputNamesTaken(folder: string, image: string): CalqueError {
  return new CalqueError({
    code: 'output-names-taken',
    message: `every name for the results of ${quoted(image)} in ${quoted(folder)} belongs to other files`,
    expected: 'a name that is free',
    remedy: 'Choose another folder with --out',
    details: { folder, image },
  });
}

export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist',
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EROFS: 'read-only file system',
    EISDIR: 'it is a folder',
    EMFILE: 'too many open files',
    ENAMETOOLONG: 'the name is too long',
  };
  const code = errnoOf(error);
  return (
    (code === undefined ? undefined : reasons[code]) ??
    (error instanceof Error ? error.message : String(error))
  );
}

/** Values from outside, as they can be shown, and cut to a length that keeps a message on one line. */
export function quoted(text: string): string {
  const oneLine = printableText(text);
  return `"${oneLine.length > 200 ? `${oneLine.slice(0, 197)}...` : oneLine}"`;
}

export function replayImageChanged(path: string, why: string): CalqueError {
  return new CalqueError({
    code: 'replay-image-changed',
    message: `the image ${quoted(path)} is not the one of the record (${why})`,
    expected: 'the same file',
    remedy: 'Pass the original with --image FILE',
    details: { path },
  });
}

export function replayModelOther(recorded: string, used: string): CalqueError {
  return new CalqueError({
    code: 'replay-model-changed',
    message: `the record was made with ${recorded}, this replay ran ${used}`,
    expected: 'the same model',
    remedy: 'Leave --model out to use the one of the record',
    details: { recorded, used },
  });
}

export function replayModelChanged(id: string): CalqueError {
  return new CalqueError({
    code: 'replay-model-changed',
    message: `the files of the model ${id} are not those of the record (SHA-256 differs)`,
    expected: 'the same model files',
    remedy: `Run \`calque models verify\` to see which of them are as published`,
    details: { id },
  });
}

export function replayDiffers(iou: number, least: number): CalqueError {
  return new CalqueError({
    code: 'replay-differs',
    message: `the mask is another one than recorded (IoU ${iou.toFixed(4)})`,
    expected: `an IoU of ${least} or more with the same image and model`,
    remedy: 'Run `calque doctor` to see whether this machine computes what it should',
    details: { iou },
  });
}

export function doctorProblems(count: number): CalqueError {
  return new CalqueError({
    code: 'doctor-problems',
    message: count === 1 ? 'one problem was found (see above)' : `${count} problems were found (see above)`,
    expected: 'none',
    details: { count },
  });
}

/** @param found IoU of the probe's mask with the known one */
export function probeFailed(id: string, found: string, expected: string): CalqueError {
  return new CalqueError({
    code: 'model-probe-failed',
    message: `the model ${id} answers the built-in probe wrongly: ${found}`,
    expected,
    remedy: 'Run `calque doctor`; if that is in order, report it with the name of the checkpoint',
    details: { id },
  });
}

export function configUnreadable(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'checkpoint-config-unreadable',
    message: `the description ${quoted(path)} cannot be read (${reasonOf(cause)})`,
    expected: 'a file with one JSON object, as docs/models.md describes it',
    details: { path },
    cause,
  });
}

export function folderWithoutImages(folder: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'folder-without-images',
    message: `${quoted(folder)} holds no images${cause === undefined ? '' : ` that can be listed (${reasonOf(cause)})`}`,
    expected: 'a folder with JPEG, PNG, WebP, TIFF or AVIF files in it',
    details: { folder },
    cause,
  });
}

export function encodesFailed(failed: number, total: number): CalqueError {
  return new CalqueError({
    code: 'encodes-failed',
    message: `${failed} of ${total} images could not be encoded (see above)`,
    expected: 'every image to be read',
    remedy: 'Replace or remove those files, and run again: what is encoded is passed over',
    details: { failed, total },
  });
}

export function encodeNeedsFolder(given: number): CalqueError {
  return usageInvalid(`--encode got ${given} folders`, 'one folder of images', 'Name one folder');
}

export function slurmMissing(program: string): CalqueError {
  return new CalqueError({
    code: 'slurm-missing',
    message: `there is no ${program} on this machine`,
    expected: 'a machine from which jobs are sent to SLURM',
    remedy: 'Run it on the login machine of the cluster, or without --submit to get the script alone',
    details: { program },
  });
}

export function slurmFailed(program: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'slurm-failed',
    message: `${program} refused: ${reason}`,
    expected: 'SLURM to take the job',
    remedy: 'See that partition, account and limits are those of the cluster (sinfo, sacctmgr)',
    details: { program, reason },
  });
}

export function slurmJobEnded(job: string, state: string): CalqueError {
  return new CalqueError({
    code: 'slurm-job-ended',
    message: `job ${job} ended before its server answered (${state.toLowerCase()})`,
    expected: 'a job that goes on running',
    remedy: `Read what it wrote: slurm-${job}.out`,
    details: { job, state },
  });
}
