import { type Client, float32FromFloat16, float32FromFloat16Bytes } from '@calque/api';
import type { Clock } from '../sync/clock.ts';
import type { Decoder, DecoderAnswer, DecoderOptions, DecoderQuestion } from './decoder.ts';

export interface ServerDecoderDeps {
  readonly client: Pick<Client, 'call'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The decoder of the server: every answer is on record there when it comes. */
export function createServerDecoder({ client, clock }: ServerDecoderDeps): Decoder {
  return {
    where: 'server',
    async predict(question, options) {
      // No waiting where nothing is waited for: the question leaves before the page draws what has changed.
      if (question.prompt.maskId !== null) await maskThere(question.prompt.maskId, options);
      const { datasetId, imageId, prompt, model, annotationId, preview } = question;
      const began = clock.now();
      const prediction = await client.call('predict', {
        params: { datasetId, imageId },
        // What is drawn at once comes first: those of the others are as large, and most are never looked at.
        body: { prompt, model, preview, logits: 'best', ...(annotationId === null ? {} : { annotationId }) },
        signal: options.signal,
      });
      return answerOf(prediction, {
        roundTripMs: clock.now() - began,
        restOfLogits: preview ? null : () => readLogits(client, question, prediction),
      });
    },
  };
}

async function readLogits(
  client: ServerDecoderDeps['client'],
  { datasetId, imageId }: DecoderQuestion,
  { id, candidates }: DecoderAnswer['prediction'],
): Promise<readonly Float32Array[]> {
  const bytes = await client.call('readLogits', { params: { datasetId, imageId, predictionId: id } });
  const all = float32FromFloat16Bytes(bytes);
  const length = all.length / candidates.length;
  return candidates.map((_, i) => all.slice(i * length, (i + 1) * length));
}

function answerOf(
  prediction: DecoderAnswer['prediction'],
  { roundTripMs, restOfLogits }: Pick<DecoderAnswer, 'roundTripMs' | 'restOfLogits'>,
): DecoderAnswer {
  const logits = prediction.candidates.map(({ logits }) =>
    logits === undefined ? null : float32FromFloat16(logits.float16),
  );
  return {
    prediction,
    logits,
    restOfLogits: logits.includes(null) ? restOfLogits : null,
    roundTripMs,
    transferMs: Math.max(0, roundTripMs - prediction.timingsMs.total),
  };
}

async function maskThere(maskId: string, { signal, masks }: DecoderOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    masks.maskWritten(maskId).then(resolve, reject);
  });
  signal.throwIfAborted();
}
