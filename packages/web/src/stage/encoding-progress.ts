import type { EmbeddingState } from '@calque/api';
import type { TextKey } from '../i18n/index.ts';

/** What the line about the encode says. */
export interface EncodingProgress {
  readonly stage: TextKey;
  /** 0 to 1; null where nobody knows how long it takes. */
  readonly share: number | null;
  readonly leftS: number | null;
}

/** Of the whole way, what comes before the encoder. */
const READING_SHARE = 0.1;
/** Not to stand at the end while it is not there. */
const MOST_SHARE = 0.97;

const STAGES: Partial<Record<EmbeddingState['status'], TextKey>> = {
  'waiting-for-model': 'encoding.waiting-for-model',
  queued: 'encoding.queued',
  reading: 'encoding.reading',
  encoding: 'encoding.encoding',
};

/** `sinceMs`: how long ago the state was told. Null where there is nothing to wait for. */
export function encodingProgress(state: EmbeddingState | null, sinceMs: number): EncodingProgress | null {
  const stage = state === null ? undefined : STAGES[state.status];
  if (state === null || stage === undefined) return null;
  const { status, expectedMs } = state;
  if (status === 'waiting-for-model') return { stage, share: null, leftS: null };
  if (status === 'queued') return { stage, share: 0, leftS: null };
  if (expectedMs === null || expectedMs <= 0) return { stage, share: null, leftS: null };
  const elapsedMs = state.elapsedMs + sinceMs;
  const done = Math.min(MOST_SHARE, elapsedMs / expectedMs);
  const leftS = Math.max(0, Math.ceil((expectedMs - elapsedMs) / 1000));
  if (status === 'reading') return { stage, share: done * READING_SHARE, leftS: null };
  return { stage, share: READING_SHARE + done * (1 - READING_SHARE), leftS };
}
