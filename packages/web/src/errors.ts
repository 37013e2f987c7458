import { CalqueError } from '@calque/core';

export function captureImpossible(size: string): CalqueError {
  return new CalqueError({
    code: 'capture-impossible',
    message: `the browser gives no canvas of ${size} pixels`,
    remedy: 'Close other tabs to free memory, or take the mask or the record, which need less of it.',
    details: { size },
  });
}

export function browserDecoderImpossible(reason: string): CalqueError {
  return new CalqueError({
    code: 'browser-decoder-impossible',
    message: `prompts cannot be answered in this browser: ${reason}`,
    remedy: 'The server answers them; nothing needs to be done.',
    details: { reason },
  });
}

export function workerFailed(task: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'page-worker-failed',
    message: `the part of the page that does the ${task} failed: ${reason}`,
    remedy: 'Try again; if it stays, load the page again. Nothing that was saved is lost.',
    details: { task, reason },
  });
}

export function pictureNotLoaded(address: string, status: number): CalqueError {
  return new CalqueError({
    code: 'picture-not-loaded',
    message: `the server did not give the picture of this image (${status})`,
    remedy: 'Try again; if it stays, look whether the file is still in the folder and can be opened.',
    details: { address, status },
  });
}
