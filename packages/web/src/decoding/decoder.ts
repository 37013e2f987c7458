import type { WirePrediction, WirePrompt } from '@calque/api';
import type { EntryQueue } from '../sync/entry-queue.ts';

/** Answers prompts on one encoded image, wherever the decoder runs. Both ways give the same mask. */
export interface Decoder {
  readonly where: 'server' | 'browser';
  /** Rejects with a `prompt-…` or `engine-…` error, `server-unreachable`, or the signal's reason. */
  predict(question: DecoderQuestion, options: DecoderOptions): Promise<DecoderAnswer>;
}

export interface DecoderQuestion {
  readonly datasetId: string;
  readonly imageId: string;
  readonly model: string;
  readonly prompt: WirePrompt;
  readonly annotationId: string | null;
  /** A preview follows the pointer: the best candidate only, not recorded. */
  readonly preview: boolean;
}

export interface DecoderOptions {
  readonly signal: AbortSignal;
  readonly masks: PromptMasks;
}

/** Masks that prompts name: the server can read one once it was written, the browser at any time. */
export type PromptMasks = Pick<EntryQueue, 'readMask' | 'maskWritten'>;

export interface DecoderAnswer {
  readonly prediction: WirePrediction;
  /** By candidate index, float32, row-major, `side` x `side`, in the model's frame; null where it did not come along. */
  readonly logits: readonly (Float32Array | null)[];
  /** Fetches the logits of all candidates, where some did not come along and can be had; null otherwise. */
  readonly restOfLogits: (() => Promise<readonly Float32Array[]>) | null;
  /** From asking to having the answer, milliseconds, and what of it was the way there and back. */
  readonly roundTripMs: number;
  readonly transferMs: number;
}
