import { CalqueError } from '@calque/core';

export function accessDenied(): CalqueError {
  return new CalqueError({
    code: 'access-denied',
    message: 'the request came without the access token, or with a wrong one',
    expected:
      'the cookie of a page that was opened with the printed address, or "Authorization: Bearer TOKEN"',
    remedy: 'Open the address that Calque printed when it started; it ends in ?token=…',
  });
}

/** `kind`: what was asked for. What of it was wrong is not said. */
export function loginWrong(kind: 'token' | 'account'): CalqueError {
  const isToken = kind === 'token';
  return new CalqueError({
    code: 'login-wrong',
    message: isToken ? 'this is not the access token of this server' : 'name or password is not right',
    expected: isToken ? 'the token at the end of the printed address' : 'name and password of an account',
    remedy: isToken
      ? 'Open the address that Calque printed when it started.'
      : 'Try again, or ask who runs the server for a new password (`calque users password NAME`).',
  });
}

export function roleNotAllowed(role: string, least: string): CalqueError {
  return new CalqueError({
    code: 'role-not-allowed',
    message: `this is not for the role ${role}`,
    expected: `the role ${least}${least === 'admin' ? '' : ', or one that may more'}`,
    remedy: 'Ask who runs the server for another role (`calque users role NAME ROLE`).',
    details: { role, least },
  });
}

export function requestNotFromPage(): CalqueError {
  return new CalqueError({
    code: 'request-not-from-page',
    message: 'a change came with a cookie, and does not say that a page of Calque asked for it',
    expected: 'the header x-calque-request, as the page sends it',
    remedy: 'Load the page again; programs send "Authorization: Bearer TOKEN" instead of a cookie.',
  });
}

export function accountNameInvalid(name: string): CalqueError {
  return new CalqueError({
    code: 'account-name-invalid',
    message: `${JSON.stringify(name.slice(0, 80))} cannot be the name of an account`,
    expected: 'at most 32 letters, digits, dots, dashes and underscores, with a letter or digit first',
  });
}

export function accountPasswordWeak(): CalqueError {
  return new CalqueError({
    code: 'account-password-weak',
    message: 'the password is too easy to guess',
    expected: '10 to 256 characters, of at least four kinds, without the name in them',
    remedy: 'Take four words that have nothing to do with each other.',
  });
}

export function accountTaken(name: string): CalqueError {
  return new CalqueError({
    code: 'account-taken',
    message: `there is an account ${name} already`,
    expected: 'another name',
    remedy: 'Change it with `calque users password` or `calque users role`.',
    details: { name },
  });
}

export function accountUnknown(name: string): CalqueError {
  return new CalqueError({
    code: 'account-unknown',
    message: `there is no account ${JSON.stringify(name.slice(0, 80))}`,
    expected: 'one that `calque users list` names',
    details: { name },
  });
}

export function accountFileUnusable(path: string, cause: unknown): CalqueError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CalqueError({
    code: 'account-file-unusable',
    message: `the accounts in ${path} cannot be used: ${reason}`,
    expected: 'a database that Calque wrote, in a folder that may be written',
    remedy: 'Correct its permissions, or move the file away and add the accounts again.',
    details: { path, reason },
    cause,
  });
}

export function hostNotAllowed(host: string): CalqueError {
  return new CalqueError({
    code: 'host-not-allowed',
    message: `the request names the host ${host.slice(0, 200)}`,
    expected: 'one that this server was started for',
    remedy: 'Use the address that Calque printed, or start it with --host and the name of the machine.',
    details: { host: host.slice(0, 200) },
  });
}

export function originNotAllowed(origin: string): CalqueError {
  return new CalqueError({
    code: 'origin-not-allowed',
    message: `a page of ${origin.slice(0, 200)} asked for a change`,
    expected: 'a page that this server gave',
    remedy: 'Work on the page of Calque itself; other sites may not change its data.',
    details: { origin: origin.slice(0, 200) },
  });
}

export function requestInvalid(where: string, problem: string): CalqueError {
  return new CalqueError({
    code: 'request-invalid',
    message: `the ${where} of the request is not as it should be: ${problem}`,
    expected: 'what /api/docs says',
    details: { where, problem },
  });
}

export function requestTooLarge(limit: string): CalqueError {
  return new CalqueError({
    code: 'request-too-large',
    message: 'the request is too large',
    expected: `at most ${limit}`,
    remedy: 'Send less at a time.',
  });
}

export function tooManyRequests(retryAfterS: number): CalqueError {
  return new CalqueError({
    code: 'too-many-requests',
    message: 'too many requests came from one place',
    remedy: `Try again in ${retryAfterS} s.`,
    details: { retryAfterS },
  });
}

export function pathUnknown(method: string, path: string): CalqueError {
  return new CalqueError({
    code: 'path-unknown',
    message: `there is nothing at ${method} ${path.slice(0, 200)}`,
    expected: 'one of the paths of /api/docs',
  });
}

export function datasetUnknown(id: string): CalqueError {
  return new CalqueError({
    code: 'dataset-unknown',
    message: `no open dataset has the id ${id}`,
    expected: 'an id of GET /api/datasets',
    details: { id },
  });
}

export function imageUnknown(id: string): CalqueError {
  return new CalqueError({
    code: 'image-unknown',
    message: `the dataset has no image with the id ${id}`,
    expected: 'an id of the list of images',
    remedy: 'Load the list again: the file may have been removed.',
    details: { id },
  });
}

/** `problem`: as the list of images shows it. */
export function imageHasProblem(path: string, problem: string): CalqueError {
  return new CalqueError({
    code: 'image-not-shown',
    message: `${path} cannot be shown: ${problem}`,
    expected: 'a JPEG, PNG, WebP, TIFF or AVIF image that is whole',
    remedy: 'Correct or replace the file; the folder is looked through by itself.',
    details: { path, problem },
  });
}

export function imageOutside(path: string): CalqueError {
  return new CalqueError({
    code: 'image-outside',
    message: `${path} leads out of the folder of its dataset`,
    expected: 'a file in the folder',
    remedy: 'Copy the file into the folder instead of linking to it.',
    details: { path },
  });
}

export function maskUnknown(id: string): CalqueError {
  return new CalqueError({
    code: 'mask-unknown',
    message: `no mask ${id} is stored`,
    expected: 'the id of a mask that was stored before',
    remedy: 'Store the mask first.',
    details: { id },
  });
}

export function sensitivityNeedsBox(): CalqueError {
  return new CalqueError({
    code: 'sensitivity-needs-box',
    message: 'the prompt has no box whose changes could be tried',
    expected: 'a prompt with a box',
    remedy: 'Draw a box around the object.',
  });
}

export function logitsGone(predictionId: string): CalqueError {
  return new CalqueError({
    code: 'logits-gone',
    message: `the logits of prediction ${predictionId} are not kept any more`,
    expected: 'one of the latest answers of this server',
    remedy: 'Ask the prompt again.',
    details: { predictionId },
  });
}

export function maskIdWrong(id: string, actual: string): CalqueError {
  return new CalqueError({
    code: 'mask-id-wrong',
    message: `the mask that was sent as ${id} is ${actual}`,
    expected: 'the id that follows from the pixels',
    details: { id, actual },
  });
}

export function maskWrongSize(found: string, expected: string): CalqueError {
  return new CalqueError({
    code: 'mask-wrong-size',
    message: `the mask has ${found} pixels`,
    expected: `${expected}, the size of the image`,
    details: { found },
  });
}

export function pageCursorInvalid(): CalqueError {
  return new CalqueError({
    code: 'page-cursor-invalid',
    message: 'the place to go on from is not one that this list gave',
    expected: '`next` of the page before, with the same order',
    remedy: 'Read the list from its start.',
  });
}

export function datasetFolderInvalid(folder: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'dataset-folder-invalid',
    message: `${folder} cannot be opened as a dataset: ${reason}`,
    expected: 'a folder of images that you may read',
    details: { folder, reason },
  });
}

export function datasetReadOnly(folder: string): CalqueError {
  return new CalqueError({
    code: 'dataset-read-only',
    message: `images cannot be added: ${folder} may not be written`,
    remedy: 'Correct the rights of the folder, or copy it to a place of your own.',
    details: { folder },
  });
}

export function datasetInUse(path: string): CalqueError {
  return new CalqueError({
    code: 'dataset-in-use',
    message: `another program has ${path} open`,
    expected: 'one Calque server a dataset',
    remedy: 'Use the one that runs already, or end it first.',
    details: { path },
  });
}

export function datasetTooNew(path: string, found: number, known: number): CalqueError {
  return new CalqueError({
    code: 'dataset-too-new',
    message: `${path} is of version ${found}`,
    expected: `version ${known} or older`,
    remedy: 'Open it with the newer Calque that wrote it.',
    details: { path, found, known },
  });
}

export function datasetDamaged(path: string, reason: string, backup: string | null): CalqueError {
  return new CalqueError({
    code: 'dataset-damaged',
    message: `${path} is damaged: ${reason}`,
    expected: 'a database that is whole',
    remedy:
      backup === null
        ? 'Keep a copy of it, and get it from your backup; or move it away to begin anew.'
        : `Keep a copy of it, and put ${backup} in its place.`,
    details: { path, reason, backup },
  });
}

export function uploadRefused(name: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'upload-refused',
    message: `${name.slice(0, 200)} was not added: ${reason}`,
    expected: 'image files in multipart/form-data',
    details: { reason },
  });
}

export function encodeAbandoned(): CalqueError {
  return new CalqueError({
    code: 'encode-abandoned',
    message: 'the image is no longer being encoded: the page that wanted it has left it',
    remedy: 'Open the image again.',
  });
}

export function hostNeedsToken(host: string): CalqueError {
  return new CalqueError({
    code: 'host-needs-token',
    message: `without a token everybody who reaches ${host} could see and change everything`,
    expected: '--no-token with 127.0.0.1, localhost or ::1 alone',
    remedy: 'Leave --no-token out, or --host; for work from afar, use the ssh -L line that is printed.',
    details: { host },
  });
}

export function logFileUnusable(path: string, cause: unknown): CalqueError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new CalqueError({
    code: 'log-file-unusable',
    message: `${path} cannot be written (${reason})`,
    expected: 'a file that can be made or added to',
    remedy: 'Name another one with --log-file.',
    details: { path, reason },
  });
}

export function portTaken(host: string, port: number, free: number | null): CalqueError {
  return new CalqueError({
    code: 'port-taken',
    message: `port ${port} of ${host} is taken by another program`,
    expected: 'a free port',
    remedy: free === null ? 'Name another one with --port.' : `This one is free: --port ${free}`,
    details: { host, port, free },
  });
}

export function serverNotListening(host: string, port: number, reason: string): CalqueError {
  return new CalqueError({
    code: 'host-unusable',
    message: `the server cannot listen at ${host}, port ${port} (${reason})`,
    expected: 'an address of this machine, and a port above 1023',
    remedy: 'Leave --host and --port out to use 127.0.0.1 and 8511.',
    details: { host, port, reason },
  });
}

export function serverBusy(requests: number): CalqueError {
  return new CalqueError({
    code: 'server-busy',
    message: `the server works on ${requests} requests already`,
    remedy: 'Try again in a moment.',
    details: { requests, retryAfterS: 1 },
  });
}

export function timeExceeded(limitMs: number): CalqueError {
  const minutes = Math.round(limitMs / 60_000);
  return new CalqueError({
    code: 'time-exceeded',
    message: `the answer was not there after ${minutes >= 1 ? `${minutes} min` : `${limitMs} ms`}`,
    expected: 'an answer within that time',
    remedy: 'Ask for less at a time, use a faster model, or try again when there is less to do.',
    details: { limitMs },
  });
}

export function serverClosing(): CalqueError {
  return new CalqueError({
    code: 'server-closing',
    message: 'the server is being shut down',
    remedy: 'Start it again.',
  });
}

export function diskFull(cause: unknown): CalqueError {
  return new CalqueError({
    code: 'disk-full',
    message: 'the disk that holds the work is full: nothing was kept of this request',
    expected: 'room on the disk of the dataset and of CALQUE_HOME',
    remedy: 'Make room and try again; a page keeps what is unsent and sends it by itself.',
    cause,
  });
}

export function storageUnavailable(cause: unknown): CalqueError {
  return new CalqueError({
    code: 'storage-unavailable',
    message: 'the disk that holds the work does not take anything now: nothing was kept of this request',
    expected: 'a disk that is there and can be written',
    remedy:
      'Bring the disk or the share back and try again; a page keeps what is unsent and sends it by itself.',
    cause,
  });
}

/** Something that nobody foresaw: what it says is for the log, and only that it happened is for the page. */
export function unforeseen(cause: unknown): CalqueError {
  return new CalqueError({
    code: 'server-failed',
    message: 'something failed that Calque did not foresee',
    remedy: 'Try again; if it happens again, report it with what the server printed.',
    cause,
  });
}

export function reportUnknown(id: string): CalqueError {
  return new CalqueError({
    code: 'report-unknown',
    message: `there is no report ${id}`,
    expected: 'the id of one that was started since the server runs',
    remedy: 'Make the report again.',
    details: { id },
  });
}

export function reportNotReady(id: string, state: string): CalqueError {
  return new CalqueError({
    code: 'report-not-ready',
    message: `the report ${id} is ${state}`,
    expected: 'one that is done',
    remedy: 'Wait until the events or the report itself say that it is done.',
    details: { id, state },
  });
}

export function reportNotTypeset(problem: string): CalqueError {
  return new CalqueError({
    code: 'report-not-typeset',
    message: `the pages of the report could not be set: ${problem}`,
    remedy: 'Make it as HTML and print that; please report this with the message.',
    details: { problem },
  });
}

export function reportNotWritten(path: string, cause: unknown): CalqueError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new CalqueError({
    code: 'report-not-written',
    message: `the report ${path} could not be written (${reason})`,
    expected: 'a folder that can be written, with room',
    remedy: 'Name another file with --out.',
    details: { path, reason },
    cause,
  });
}

export function formatCannotHold(format: string, found: string, limit: string): CalqueError {
  return new CalqueError({
    code: 'format-cannot-hold',
    message: `${format} cannot hold ${found}`,
    expected: limit,
    remedy: 'Export as COCO, which has no such limit.',
    details: { format, found },
  });
}

export function labelPictureInvalid(name: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'label-picture-invalid',
    message: `${name} cannot be read as masks: ${reason}`,
    expected: 'a PNG whose values are numbers of objects or labels',
    remedy: 'Write it again as a PNG with a palette, or grey.',
    details: { name, reason },
  });
}

/** `faults`: what does not fit, each with its place. */
export function importRefused(
  faults: readonly { readonly place: string; readonly problem: string; readonly expected: string }[],
): CalqueError {
  const [first] = faults;
  const others = faults.length === 1 ? '' : `, and ${faults.length - 1} more`;
  return new CalqueError({
    code: 'import-refused',
    message: `nothing was imported: ${first?.place ?? ''}: ${first?.problem ?? ''}${others}`,
    expected: first?.expected ?? 'a file that fits the dataset',
    remedy: 'Correct the file, or import what fits (--partial).',
    details: { count: faults.length, faults: faults.slice(0, 100) },
  });
}

export function importUnreadable(path: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'import-unreadable',
    message: `${path} cannot be imported: ${reason}`,
    expected: 'a file, or a folder of files, of the format',
    details: { path, reason },
  });
}

/** `place`: a file in the bundle. */
export function bundleInvalid(place: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'bundle-invalid',
    message: `the bundle cannot be opened: ${place}: ${reason}`,
    expected: 'a zip as `calque bundle` writes it, whole',
    remedy: 'Copy it again from where it was made; a copy may have been cut.',
    details: { place, reason },
  });
}

/** `place`: a file in the backup. */
export function backupInvalid(place: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'backup-invalid',
    message: `the backup cannot be used: ${place}: ${reason}`,
    expected: 'a zip as `calque backup` writes it, whole',
    remedy: 'Take another backup; nothing was changed.',
    details: { place, reason },
  });
}

export function backupTargetTaken(target: string): CalqueError {
  return new CalqueError({
    code: 'backup-target-taken',
    message: `${target} is there already, and nothing is replaced`,
    expected: 'a folder without .calque',
    remedy: 'Move it away first, or restore into a copy of the images.',
    details: { target },
  });
}

export function backupNothing(folder: string): CalqueError {
  return new CalqueError({
    code: 'backup-nothing',
    message: `nothing is kept of ${folder}: it was never opened`,
    expected: 'a folder with .calque/calque.sqlite in it',
    remedy: 'Name the folder that `calque serve` was given.',
    details: { folder },
  });
}

export function bundleTargetTaken(target: string): CalqueError {
  return new CalqueError({
    code: 'bundle-target-taken',
    message: `${target} is there already`,
    expected: 'a folder that is empty, or not there',
    remedy: 'Name another one with --out.',
    details: { target },
  });
}
