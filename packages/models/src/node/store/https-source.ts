import { setTimeout as sleep } from 'node:timers/promises';
import { isCalqueError } from '@calque/core';
import type { Dispatcher, Response } from 'undici';
import { modelSizeMismatch, modelSourceFailed, reasonOf } from '../../errors.ts';
import type { ModelSource } from '../../manifest/manifest.ts';
import type { FileIdentity } from './file-identity.ts';
import type { ModelSourceReader, RetryListener } from './model-source.ts';
import type { Staging } from './staging.ts';

type HttpsSource = Extract<ModelSource, { readonly kind: 'https' }>;

/** Attempts in a row that bring no new byte, after which the source is given up. */
const fruitlessAttempts = 3;
const retryDelayMs = 250;

/** Files at addresses. A cut connection is taken up where it stopped if the server knows ranges. */
export function httpsSource(source: HttpsSource): ModelSourceReader {
  return {
    label: [...new Set(Object.values(source.urls).map((url) => new URL(url).host))].join(', '),
    fetch: async (staging, onRetry) => {
      const { EnvHttpProxyAgent } = await import('undici');
      const dispatcher = new EnvHttpProxyAgent({ headersTimeout: 60_000, bodyTimeout: 60_000 });
      try {
        for (const { source: file } of staging.missing()) {
          const url = source.urls[file.name];
          if (url === undefined) throw modelSourceFailed(`it has no address for ${file.name}`);
          await download(url, file, { staging, dispatcher, onRetry });
        }
      } finally {
        await dispatcher.destroy();
      }
    },
  };
}

interface Download {
  readonly staging: Staging;
  readonly dispatcher: Dispatcher;
  readonly onRetry: RetryListener;
}

/** How large a server says that a file is. Rejects with `model-source-failed`. */
export async function sizeAtAddress(url: string, signal: AbortSignal): Promise<number> {
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({ headersTimeout: 60_000 });
  try {
    const headers = { 'accept-encoding': 'identity' };
    const response = await fetch(url, { method: 'HEAD', dispatcher, signal, headers });
    const size = Number(response.headers.get('content-length') ?? Number.NaN);
    if (!response.ok)
      throw modelSourceFailed(`${url} answered ${response.status} ${response.statusText}`.trim());
    if (!Number.isSafeInteger(size) || size === 0)
      throw modelSourceFailed(`${url} does not say how large it is`);
    return size;
  } catch (error) {
    signal.throwIfAborted();
    throw isCalqueError(error) ? error : modelSourceFailed(`${url}: ${reasonOf(error)}`, error);
  } finally {
    await dispatcher.destroy();
  }
}

async function download(
  url: string,
  file: FileIdentity,
  { staging, dispatcher, onRetry }: Download,
): Promise<void> {
  let most = await staging.partBytes(file);
  for (let fruitless = 0; ; ) {
    const resumed = (await staging.partNote(file)) !== undefined && (await staging.partBytes(file)) > 0;
    try {
      return await transfer(url, file, staging, dispatcher);
    } catch (error) {
      staging.signal.throwIfAborted();
      // Bytes of an earlier pull may be those of another file: once more from the start.
      const staleStart = resumed && isCalqueError(error, 'model-hash-mismatch');
      if (!staleStart && !isTransient(error)) throw error;
      const bytes = await staging.partBytes(file);
      fruitless = bytes > most ? 0 : fruitless + 1;
      most = Math.max(most, bytes);
      if (fruitless >= fruitlessAttempts) throw error;
      const delayMs = retryDelayMs * fruitless;
      onRetry(error, delayMs);
      await sleep(delayMs, undefined, { signal: staging.signal });
    }
  }
}

/** What the part file was begun with; it goes on only with the very same. */
interface PartNote {
  readonly url: string;
  readonly validator: string;
}

async function transfer(
  url: string,
  file: FileIdentity,
  staging: Staging,
  dispatcher: Dispatcher,
): Promise<void> {
  const { fetch } = await import('undici');
  const start = await resumeFrom(url, file, staging);
  const response = await fetch(url, {
    dispatcher,
    signal: staging.signal,
    headers: {
      'accept-encoding': 'identity',
      ...(start === undefined ? {} : { range: `bytes=${start.bytes}-`, 'if-range': start.validator }),
    },
  });
  try {
    const append = start !== undefined && continues(response, start.bytes);
    if (!append) checkWholeAnswer(response, file);
    const note = noteOf(url, response);
    await staging.receive(file, (response.body ?? []) as AsyncIterable<Uint8Array>, {
      append,
      ...(note === undefined ? {} : { note }),
    });
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    if (error instanceof AnswerError && (error.status === 206 || error.status === 416))
      await staging.dropPart(file);
    throw error;
  }
}

async function resumeFrom(
  url: string,
  file: FileIdentity,
  staging: Staging,
): Promise<{ readonly bytes: number; readonly validator: string } | undefined> {
  const bytes = await staging.partBytes(file);
  const note = parseNote(await staging.partNote(file));
  return bytes === 0 || note?.url !== url ? undefined : { bytes, validator: note.validator };
}

function noteOf(url: string, response: Response): string | undefined {
  const validator = strongValidator(response);
  return validator === undefined ? undefined : JSON.stringify({ url, validator } satisfies PartNote);
}

/** If-Range needs a strong ETag or a date (RFC 9110, 13.1.5). */
function strongValidator(response: Response): string | undefined {
  const etag = response.headers.get('etag');
  return etag !== null && !etag.startsWith('W/')
    ? etag
    : (response.headers.get('last-modified') ?? undefined);
}

function continues(response: Response, bytes: number): boolean {
  return (
    response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${bytes}-`) === true
  );
}

/** Of an answer that begins with the first byte. */
function checkWholeAnswer(response: Response, file: FileIdentity): void {
  if (response.status !== 200) {
    throw new AnswerError(
      response.status,
      `${response.url} answered ${response.status} ${response.statusText}`.trim(),
    );
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (Number.isFinite(length) && length !== file.sizeBytes) {
    throw modelSizeMismatch(`${file.name} at ${response.url}`, file.sizeBytes, `${length} bytes`);
  }
}

class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whether another attempt may do better. After 416 or another range than asked for, it starts over. */
function isTransient(error: unknown): boolean {
  if (isCalqueError(error)) return error.code === 'model-file-cut';
  return (
    !(error instanceof AnswerError) || [206, 408, 416, 429].includes(error.status) || error.status >= 500
  );
}

function parseNote(text: string | undefined): PartNote | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Partial<PartNote> | null;
    return typeof note?.url === 'string' && typeof note.validator === 'string'
      ? (note as PartNote)
      : undefined;
  } catch {
    return undefined;
  }
}
