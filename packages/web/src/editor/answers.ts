import { type Client, type ModelState, predictionKeyOf, type WirePrediction } from '@calque/api';
import { builtinManifests, type InputSpec } from '@calque/models';
import type { DecoderAnswer } from '../decoding/decoder.ts';
import type { DecoderSource } from '../decoding/decoder-source.ts';
import type { Clock } from '../sync/clock.ts';
import type { EntryQueue } from '../sync/entry-queue.ts';
import type { Embeddings } from './embeddings.ts';
import type { EditorQuestion } from './question.ts';
import { Recent } from './recent.ts';

/** An answer of a model, as the page keeps it. */
export interface Answer {
  /** Without the logits' text. */
  readonly prediction: WirePrediction;
  /** By candidate; null where they did not come along. */
  readonly logits: readonly (Float32Array | null)[];
  /** As `DecoderAnswer.restOfLogits`. */
  readonly restOfLogits: (() => Promise<readonly Float32Array[]>) | null;
  /** Milliseconds on the way there and back; null for an answer that was recorded before. */
  readonly transferMs: number | null;
}

export interface AnswersDeps {
  readonly datasetId: string;
  readonly imageId: string;
  readonly client: Pick<Client, 'call'>;
  readonly decoders: DecoderSource;
  readonly queue: Pick<EntryQueue, 'maskWritten' | 'readMask'>;
  readonly embeddings: Pick<Embeddings, 'isReady' | 'ready'>;
  /** Of the image's file; null while the server has not read it. */
  readonly imageSha256: () => string | null;
  readonly clock: Pick<Clock, 'after'>;
  readonly models?: readonly ModelState[];
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly annotationId: string | null;
}

/** Every answer takes about 1 MB with its logits, a fraction without. */
const MOST_ANSWERS = 2000;
const MOST_LOGITS = 48;
/** The mask is on the screen by then, and who clicks on and on is not slowed down. */
const REST_AFTER_MS = 400;
/** Keys in one request for recorded predictions. */
const MOST_KEYS = 200;

/** The answers to questions about one image: those that are known, those on record, and asking for new ones. */
export class Answers {
  readonly #deps: AnswersDeps;
  readonly #known = new Recent<Answer>(MOST_ANSWERS);
  readonly #logits = new Recent<Answer['logits']>(MOST_LOGITS);
  readonly #modelFiles = new Map<string, WirePrediction['model']['files']>();
  readonly #inputs = new Map(builtinManifests.map(({ id, input }): [string, InputSpec] => [id, input]));
  #models: Promise<void> | null = null;
  #search: Search | null = null;
  #callOffRest: () => void = () => {};

  constructor(deps: AnswersDeps) {
    this.#deps = deps;
    this.#learn(deps.models ?? []);
  }

  get(question: EditorQuestion): Answer | undefined {
    const answer = this.#known.get(question.key);
    if (answer === undefined) return undefined;
    return { ...answer, logits: this.#logits.get(question.key) ?? answer.logits };
  }

  /** The image is another one: nothing that is known applies. */
  clear(): void {
    this.#known.clear();
    this.#logits.clear();
  }

  /** Asks the model, when the image is encoded. */
  async ask(question: EditorQuestion, { signal, annotationId }: AskOptions): Promise<Answer> {
    this.#callOffRest();
    const { embeddings, clock } = this.#deps;
    if (!embeddings.isReady(question.model)) await embeddings.ready(question.model, signal);
    const answer = this.#put(
      question,
      await this.#decode(question, { signal, annotationId, preview: false }),
    );
    if (answer.restOfLogits !== null) {
      this.#callOffRest = clock.after(REST_AFTER_MS, () => void this.#fetchRest(question));
    }
    return answer;
  }

  /** The best candidate alone, not on record and not kept: for the pointer's place. */
  async preview(question: EditorQuestion, { signal, annotationId }: AskOptions): Promise<Answer> {
    return answerOf(await this.#decode(question, { signal, annotationId, preview: true }));
  }

  /**
   * Logits for an answer that is known without: those that the decoder has kept or, of the best candidate, asked as a
   * preview, so that nothing is recorded twice.
   */
  async sharpen(question: EditorQuestion, options: AskOptions): Promise<void> {
    await this.#fetchRest(question);
    const known = this.get(question);
    if (known === undefined || !known.logits.includes(null)) return;
    const { prediction, logits } = await this.preview(question, options);
    const best = prediction.candidates[prediction.best];
    const same = known.prediction.candidates[known.prediction.best];
    if (best?.rle.counts !== same?.rle.counts) return;
    const sharp = logits[prediction.best] ?? null;
    this.#logits.set(
      question.key,
      known.prediction.candidates.map((_, i) => (i === known.prediction.best ? sharp : null)),
    );
  }

  /** An answer that the server has on record; null where it has none, or cannot be asked. */
  async find(question: EditorQuestion): Promise<Answer | null> {
    const key = await this.#recordKey(question);
    if (key === null) return null;
    const found = (await this.#searchFor(key)).get(key);
    if (found === undefined) return null;
    const answer = {
      prediction: found,
      logits: found.candidates.map(() => null),
      restOfLogits: null,
      transferMs: null,
    };
    this.#known.set(question.key, answer);
    return answer;
  }

  /** How a model sees images; null where the server does not say. */
  async inputOf(model: string): Promise<InputSpec | null> {
    if (!this.#inputs.has(model)) await this.#readModels().catch(() => undefined);
    return this.#inputs.get(model) ?? null;
  }

  /** Where they are not to be had, a candidate that is looked at has the outline of its pixels. */
  async #fetchRest(question: EditorQuestion): Promise<void> {
    const known = this.get(question);
    if (known?.restOfLogits == null || !known.logits.includes(null)) return;
    const logits = await known.restOfLogits().catch(() => null);
    if (logits !== null) this.#logits.set(question.key, logits);
  }

  #put(question: EditorQuestion, given: DecoderAnswer): Answer {
    const answer = answerOf(given);
    this.#known.set(question.key, { ...answer, logits: answer.logits.map(() => null) });
    this.#logits.set(question.key, answer.logits);
    this.#modelFiles.set(question.model, answer.prediction.model.files);
    return answer;
  }

  #decode(
    question: EditorQuestion,
    { signal, annotationId, preview }: AskOptions & { readonly preview: boolean },
  ): Promise<DecoderAnswer> {
    const { datasetId, imageId, decoders, queue: masks } = this.#deps;
    const { model, prompt } = question;
    const asked = { datasetId, imageId, model, prompt, annotationId, preview };
    return decoders.decoder.predict(asked, { signal, masks });
  }

  async #recordKey({ model, prompt }: EditorQuestion): Promise<string | null> {
    const imageSha256 = this.#deps.imageSha256();
    if (imageSha256 === null) return null;
    if (!this.#modelFiles.has(model)) await this.#readModels();
    const files = this.#modelFiles.get(model);
    return files === undefined ? null : predictionKeyOf({ imageSha256, model: { id: model, files }, prompt });
  }

  #readModels(): Promise<void> {
    this.#models ??= this.#deps.client.call('listModels', {}).then((models) => {
      this.#learn(models);
    });
    this.#models.catch(() => {
      this.#models = null;
    });
    return this.#models;
  }

  #learn(models: readonly ModelState[]): void {
    for (const { id, files, decoder } of models) {
      if (files !== undefined) this.#modelFiles.set(id, files);
      if (decoder !== undefined) this.#inputs.set(id, decoder.input);
    }
  }

  /** What is looked for in the same moment goes in one request. */
  #searchFor(key: string): Promise<ReadonlyMap<string, WirePrediction>> {
    if (this.#search === null || this.#search.keys.size >= MOST_KEYS) {
      const keys = new Set<string>();
      this.#search = { keys, found: Promise.resolve().then(() => this.#runSearch(keys)) };
    }
    this.#search.keys.add(key);
    return this.#search.found;
  }

  async #runSearch(keys: Set<string>): Promise<ReadonlyMap<string, WirePrediction>> {
    if (this.#search?.keys === keys) this.#search = null;
    const { datasetId, imageId, client } = this.#deps;
    const params = { datasetId, imageId };
    const found = await client.call('findPredictions', { params, body: { keys: [...keys] } });
    const byKey = new Map<string, WirePrediction>();
    for (const prediction of found) if (!byKey.has(prediction.key)) byKey.set(prediction.key, prediction);
    return byKey;
  }
}

interface Search {
  readonly keys: Set<string>;
  readonly found: Promise<ReadonlyMap<string, WirePrediction>>;
}

/** The text of the logits is three times as long as they are, and they have been read. */
function answerOf({ prediction, logits, restOfLogits, transferMs }: DecoderAnswer): Answer {
  const candidates = prediction.candidates.map(({ logits: _, ...candidate }) => candidate);
  return { prediction: { ...prediction, candidates }, logits, restOfLogits, transferMs };
}
