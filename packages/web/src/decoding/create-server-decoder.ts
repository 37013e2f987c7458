import { type Client, float32FromFloat16 } from '@calque/api';
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
      await maskThere(question, options);
      const { datasetId, imageId, prompt, model, annotationId, preview } = question;
      const began = clock.now();
      const prediction = await client.call('predict', {
        params: { datasetId, imageId },
        body: { prompt, model, preview, ...(annotationId === null ? {} : { annotationId }) },
        signal: options.signal,
      });
      return answerOf(prediction, clock.now() - began);
    },
  };
}

function answerOf(prediction: DecoderAnswer['prediction'], roundTripMs: number): DecoderAnswer {
  const logits = prediction.candidates.map(({ logits }) =>
    logits === undefined ? null : float32FromFloat16(logits.float16),
  );
  return {
    prediction,
    logits,
    roundTripMs,
    transferMs: Math.max(0, roundTripMs - prediction.timingsMs.total),
  };
}

async function maskThere({ prompt }: DecoderQuestion, { signal, masks }: DecoderOptions): Promise<void> {
  const { maskId } = prompt;
  if (maskId === null) return;
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    masks.maskWritten(maskId).then(resolve, reject);
  });
  signal.throwIfAborted();
}
