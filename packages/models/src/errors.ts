import { CalqueError } from '@calque/core';

export function manifestInvalid(path: string, found: unknown, expected: string): CalqueError {
  const shown = found === undefined ? 'missing' : abbreviate(JSON.stringify(found) ?? String(found));
  return new CalqueError({
    code: 'manifest-invalid',
    message: `the model manifest is not valid: ${path} is ${shown}`,
    expected,
    remedy: 'Correct the manifest',
    details: { path },
  });
}

export function modelIdUnknown(
  id: string,
  known: readonly string[],
  nearest: string | undefined,
): CalqueError {
  return new CalqueError({
    code: 'model-id-unknown',
    message: `there is no model ${JSON.stringify(id)}`,
    expected: `one of ${known.join(', ')}`,
    remedy: nearest === undefined ? 'List the models with: calque models list' : `Did you mean ${nearest}?`,
    details: { id, known, ...(nearest === undefined ? {} : { nearest }) },
  });
}

export function modelNotInstalled(id: string, folder: string): CalqueError {
  return new CalqueError({
    code: 'model-not-installed',
    message: `the model ${id} is not installed in ${folder}`,
    expected: 'a model that was pulled before',
    remedy: `Install it with: calque models pull ${id}`,
    details: { id, folder },
  });
}

export function modelDamaged(id: string, file: string, problem: string): CalqueError {
  return new CalqueError({
    code: 'model-damaged',
    message: `the installed model ${id} is damaged: ${file} ${problem}`,
    expected: 'the file as it was installed',
    remedy: `Repair it with: calque models pull ${id}`,
    details: { id, file, problem },
  });
}

/** What one source said. */
export interface SourceAttempt {
  readonly source: string;
  readonly reason: string;
}

export function modelDownloadFailed(id: string, attempts: readonly SourceAttempt[]): CalqueError {
  return new CalqueError({
    code: 'model-download-failed',
    message: `the model ${id} could not be fetched; ${said(attempts)}`,
    expected: 'one source that can be reached and holds the files',
    remedy: `Try again with: calque models pull ${id} (it goes on where it stopped), or name a mirror in CALQUE_MODELS_MIRROR`,
    details: { id, attempts },
  });
}

/** Every source was reached and gave files, but wrong ones. */
export function modelSourcesMismatch(id: string, attempts: readonly SourceAttempt[]): CalqueError {
  return new CalqueError({
    code: 'model-hash-mismatch',
    message: `every source of the model ${id} gave a wrong file; ${said(attempts)}`,
    expected: 'files with the sizes and SHA-256 of the manifest',
    remedy:
      'A proxy may alter downloads, or a mirror is outdated: fetch through another way and name it in CALQUE_MODELS_MIRROR',
    details: { id, attempts },
  });
}

export function modelHashMismatch(file: string, expected: string, actual: string): CalqueError {
  return new CalqueError({
    code: 'model-hash-mismatch',
    message: `${file} has the SHA-256 ${actual}`,
    expected,
    remedy: 'The file is not kept; fetch it again or from elsewhere',
    details: { file, expected, actual },
  });
}

export function modelSizeMismatch(file: string, expectedBytes: number, found: string): CalqueError {
  return new CalqueError({
    code: 'model-size-mismatch',
    message: `${file} has ${found}`,
    expected: `${expectedBytes} bytes`,
    remedy: 'The file is not kept; fetch it again or from elsewhere',
    details: { file, expectedBytes },
  });
}

/** The source ended early; what came is kept, to go on from there. */
export function modelFileCut(file: string, expectedBytes: number, bytes: number): CalqueError {
  return new CalqueError({
    code: 'model-file-cut',
    message: `${file} ended after ${bytes} bytes`,
    expected: `${expectedBytes} bytes`,
    remedy: 'Fetch it again',
    details: { file, expectedBytes, bytes },
  });
}

/** One source could not give one thing. Seen only among the attempts of {@link modelDownloadFailed}. */
export function modelSourceFailed(reason: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'model-source-failed',
    message: reason,
    remedy: 'The next source is tried',
    ...(cause === undefined ? {} : { cause }),
  });
}

export function diskFull(
  folder: string,
  neededBytes: number,
  freeBytes: number | undefined,
  cause?: unknown,
): CalqueError {
  const free = freeBytes === undefined ? 'an unknown number of' : String(freeBytes);
  return new CalqueError({
    code: 'disk-full',
    message: `the disk of ${folder} is full: ${neededBytes} bytes are needed, ${free} are free`,
    expected: `${neededBytes} free bytes`,
    remedy: 'Free some space, or set CALQUE_HOME to a folder on another disk',
    details: { folder, neededBytes, ...(freeBytes === undefined ? {} : { freeBytes }) },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function storeNotWritable(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'store-not-writable',
    message: `the model store cannot be written: ${reasonOf(cause)}`,
    expected: `a folder where files can be made at ${path}`,
    remedy: 'Correct its permissions, or set CALQUE_HOME to a folder of yours',
    details: { path },
    cause,
  });
}

export function storeLockLost(id: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'store-lock-lost',
    message: `another process took over the installation of ${id}, since this one was asleep or the disk too slow`,
    expected: 'one process at a time that installs a model',
    remedy: `Run it again: calque models pull ${id}`,
    details: { id },
    cause,
  });
}

export function mirrorInvalid(mirror: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'mirror-invalid',
    message: `CALQUE_MODELS_MIRROR names ${mirror}: ${reason}`,
    expected: 'the path or the file:// URL of a folder or of a file',
    remedy: 'Correct the variable or unset it',
    details: { mirror },
  });
}

export function notOnnx(name: string, reason: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'onnx-invalid',
    message: `${name} is not a readable ONNX model: ${reason}`,
    expected: 'an ONNX file (protobuf) with a graph',
    remedy: 'Fetch or export the file again',
    details: { name, reason },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function sam1GraphUnexpected(name: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'sam1-graph-unexpected',
    message: `the candidates of the decoder ${name} cannot be exposed: ${reason}`,
    expected: 'a SAM 1 mask decoder exported to ONNX with a single mask',
    remedy: 'Use a decoder that publishes its candidates, or report the model',
    details: { name, reason },
  });
}

/** A file that is not the checkpoint that it should be: cut, altered, or something else. `path` is as the user gave it. */
export function checkpointDamaged(path: string, reason: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'checkpoint-damaged',
    message: `${path} cannot be read as a checkpoint: ${reason}`,
    expected: 'a whole PyTorch checkpoint (.pth, .pt) or a .safetensors file',
    remedy: 'Download the file again and compare its size and hash with those that its publisher states',
    details: { path, reason },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function checkpointMissing(path: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'checkpoint-missing',
    message: `there is no file ${path}`,
    expected: 'a checkpoint, two ONNX files, or the id of a published checkpoint',
    remedy: 'Check the path; `calque models list` shows the ids',
    details: { path },
    cause,
  });
}

/** The system does not let it be read, or it is no file: nothing is known about what is in it. */
export function checkpointUnreadable(path: string, reason: string, cause?: unknown): CalqueError {
  return new CalqueError({
    code: 'checkpoint-unreadable',
    message: `${path} cannot be read: ${reason}`,
    expected: 'a regular file that you may read',
    remedy: 'Check the path and its permissions, or copy the file to a folder of your own',
    details: { path, reason },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A sound file of a kind that is not read. */
export function checkpointUnsupported(path: string, reason: string, remedy: string): CalqueError {
  return new CalqueError({
    code: 'checkpoint-unsupported',
    message: `${path} is a checkpoint of a kind that is not read: ${reason}`,
    expected: 'a state dict of tensors, saved by PyTorch 1.6 or later or as .safetensors',
    remedy,
    details: { path, reason },
  });
}

/** The pickle asks for something that a file of tensors does not need. Nothing of it was executed. */
export function checkpointUnsafe(path: string, found: string): CalqueError {
  return new CalqueError({
    code: 'checkpoint-unsafe',
    message: `${path} asks for ${found}, which a file of weights does not need; nothing of it was executed`,
    expected: 'tensors in dictionaries, and nothing else',
    remedy: 'Do not load this file with anything else either, unless you know who made it and why',
    details: { path, found },
  });
}

/** @param problems one line a tensor: its name, the shape that was expected and the one that was found */
export function checkpointMismatch(
  path: string,
  architecture: string,
  problems: readonly string[],
): CalqueError {
  const shown = problems.slice(0, 12);
  const rest = problems.length - shown.length;
  return new CalqueError({
    code: 'checkpoint-mismatch',
    message: `${path} is not a checkpoint of ${architecture}: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`,
    expected: 'every tensor of the architecture in its shape, and no other',
    remedy: 'Use the file that the authors published; describe another architecture with --config',
    details: { path, architecture, problems },
  });
}

/** The graphs of an imported model take fewer kinds of prompts than SAM does. */
export function promptUnsupported(what: string, supported: string): CalqueError {
  return new CalqueError({
    code: 'prompt-unsupported',
    message: `the graphs of this model do not take ${what}`,
    expected: supported,
    remedy: 'Use a model that was imported from its checkpoint, or another kind of prompt',
    details: { what },
  });
}

/** @param seen every input and output, with its shape */
export function onnxPairUnknown(seen: readonly string[], reason: string): CalqueError {
  return new CalqueError({
    code: 'onnx-pair-unknown',
    message: `these ONNX files are not an encoder and a decoder of a kind that is known: ${reason}; they have ${seen.join('; ')}`,
    expected:
      'the official SAM 1 export with an encoder for it, or a pair from samexporter or transformers, for SAM 1 or SAM 2',
    remedy: 'Import the published checkpoint instead',
    details: { seen, reason },
  });
}

export function checkpointConfigInvalid(field: string, found: unknown, expected: string): CalqueError {
  const shown = found === undefined ? 'missing' : abbreviate(JSON.stringify(found) ?? String(found));
  return new CalqueError({
    code: 'checkpoint-config-invalid',
    message: `the description of the architecture is not valid: ${field} is ${shown}`,
    expected,
    remedy: 'Correct the file that --config names; docs/models.md describes it',
    details: { field },
  });
}

export function precisionNotConverted(precision: string): CalqueError {
  return new CalqueError({
    code: 'precision-not-converted',
    message: `ONNX files are taken as they are: their weights cannot be made ${precision}`,
    expected: 'a checkpoint (.pth, .pt or .safetensors), where another precision is wanted',
    remedy: 'Leave out --precision, or import the checkpoint that they were made from',
    details: { precision },
  });
}

export function modelIdTaken(id: string): CalqueError {
  return new CalqueError({
    code: 'model-id-taken',
    message: `${id} is the name of a model that Calque knows how to download`,
    expected: 'another name',
    remedy: 'Choose one with --id',
    details: { id },
  });
}

export function modelIdInvalid(id: string): CalqueError {
  return new CalqueError({
    code: 'model-id-invalid',
    message: `${JSON.stringify(id)} cannot be the name of a model`,
    expected: 'lower-case letters, digits, dots and dashes, beginning with a letter or a digit, 100 at most',
    remedy: 'Choose one with --id',
    details: { id },
  });
}

export function importedModelDamaged(id: string, files: readonly string[]): CalqueError {
  return new CalqueError({
    code: 'model-import-again',
    message: `the imported model ${id} is not whole, and only you have the files that it was made from`,
    expected: files.join(' and '),
    remedy: `Import it again: calque models import FILE --id ${id}`,
    details: { id, files },
  });
}

/** One line that says why something was thrown, with the causes that network errors hide. */
export function reasonOf(error: unknown): string {
  if (error instanceof CalqueError)
    return error.expected === undefined ? error.message : `${error.message}; expected ${error.expected}`;
  if (!(error instanceof Error)) return String(error);
  const own = (error.message || error.name).replace(/\s+/g, ' ').trim();
  return error.cause instanceof Error ? `${own} (${reasonOf(error.cause)})` : own;
}

function said(attempts: readonly SourceAttempt[]): string {
  return attempts.map(({ source, reason }) => `${source} said: ${reason}`).join('; ');
}

function abbreviate(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
