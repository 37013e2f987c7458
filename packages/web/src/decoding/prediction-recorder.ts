import type { Client, WirePrediction } from '@calque/api';
import { isCalqueError } from '@calque/core';
import { backoffMs } from '../sync/backoff.ts';
import type { Clock } from '../sync/clock.ts';
import type { DecoderQuestion } from './decoder.ts';
import type { KeptRecord, RecordStore } from './record-store.ts';

/** Puts predictions that the page computed on record at the server, in order, however long that takes. */
export interface PredictionRecorder {
  /** Predictions that are not on record yet. */
  readonly unsent: number;
  record(question: DecoderQuestion, prediction: WirePrediction): void;
  /** Sends what earlier pages left. */
  resume(): Promise<void>;
  /** Tries at once rather than at the next attempt: the server is said to be back. */
  retry(): void;
}

export interface PredictionRecorderDeps {
  readonly client: Pick<Client, 'call'>;
  readonly store: RecordStore;
  readonly clock: Clock;
  /** The server will never take it: the image's file was replaced, or the dataset closed. */
  readonly onRefused: (record: KeptRecord, error: unknown) => void;
}

export function createPredictionRecorder(deps: PredictionRecorderDeps): PredictionRecorder {
  return new SendingRecorder(deps);
}

class SendingRecorder implements PredictionRecorder {
  readonly #deps: PredictionRecorderDeps;
  readonly #waiting: KeptRecord[] = [];
  #sending = false;
  #failures = 0;
  #callOff: () => void = () => {};

  constructor(deps: PredictionRecorderDeps) {
    this.#deps = deps;
  }

  get unsent(): number {
    return this.#waiting.length;
  }

  record(
    { datasetId, imageId, annotationId }: DecoderQuestion,
    { imageId: _, ...prediction }: WirePrediction,
  ): void {
    const record = {
      datasetId,
      imageId,
      prediction: { ...prediction, ...(annotationId === null ? {} : { annotationId }) },
    };
    this.#waiting.push(record);
    // Where the browser keeps nothing, it is still sent from here.
    this.#deps.store.keep(record).catch(() => undefined);
    void this.#send();
  }

  async resume(): Promise<void> {
    const kept = await this.#deps.store.all();
    const known = new Set(this.#waiting.map(({ prediction }) => prediction.id));
    this.#waiting.unshift(...kept.filter(({ prediction }) => !known.has(prediction.id)));
    void this.#send();
  }

  retry(): void {
    void this.#send();
  }

  async #send(): Promise<void> {
    this.#callOff();
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let record = this.#waiting[0]; record !== undefined; record = this.#waiting[0]) {
        await this.#sendOne(record);
        this.#waiting.splice(this.#waiting.indexOf(record), 1);
        await this.#deps.store.drop(record.prediction.id).catch(() => undefined);
        this.#failures = 0;
      }
    } catch {
      this.#callOff = this.#deps.clock.after(backoffMs(++this.#failures), () => void this.#send());
    } finally {
      this.#sending = false;
    }
  }

  async #sendOne(record: KeptRecord): Promise<void> {
    const { client, onRefused } = this.#deps;
    const { datasetId, imageId, prediction } = record;
    try {
      await client.call('recordPrediction', { params: { datasetId, imageId }, body: prediction });
    } catch (error) {
      if (!isForGood(error)) throw error;
      onRefused(record, error);
    }
  }
}

function isForGood(error: unknown): boolean {
  return isCalqueError(error) && [400, 404, 409, 413, 422].includes(Number(error.details['status']));
}
