import { type Client, maskIdOf, type WireImage, type WirePrediction } from '@calque/api';
import { type Annotation, type BoxXyxy, type Entry, isCalqueError } from '@calque/core';

/** What the server has said yes to: all of it must be there whatever happens. */
export interface Acknowledged {
  /** Ids of entries by image. */
  readonly entries: Map<string, string[]>;
  /** Entries that decide something. */
  readonly decisions: { readonly imageId: string; readonly entryId: string }[];
  readonly predictions: { readonly imageId: string; readonly key: string }[];
  readonly masks: { readonly imageId: string; readonly maskId: string }[];
}

export function nothingYet(): Acknowledged {
  return { entries: new Map(), decisions: [], predictions: [], masks: [] };
}

export type Action = 'open' | 'encode' | 'decode' | 'accept';

export interface PersonOptions {
  readonly client: Client;
  readonly name: string;
  readonly model: string;
  readonly random: () => number;
  readonly acknowledged: Acknowledged;
  readonly signal: AbortSignal;
  /** Prompts for an object until it is accepted. */
  readonly prompts: number;
  /** Between two prompts, as people look and point; 0: as fast as answers come. */
  readonly thinkMs: number;
  readonly onDone?: (action: Action, ms: number) => void;
  /** The server was too busy, and is asked again after what it said. */
  readonly onRefused?: (code: string) => void;
}

const MOST_TRIES = 200;

/** Does what the page does for a person who outlines objects: opens an image, prompts, accepts. */
export class PersonAtWork {
  readonly #options: PersonOptions;
  #objects = 0;

  constructor(options: PersonOptions) {
    this.#options = options;
  }

  /** One object on an image, from opening it to the accepted mask. Rejects with whatever the server could not do. */
  async outlineObject(image: WireImage): Promise<void> {
    const { prompts, random, client } = this.#options;
    const params = { datasetId: image.datasetId, imageId: image.id };
    const size = image.size ?? { width: 640, height: 480 };
    let seq = 0;
    await this.#timed('open', async () => {
      ({ seq } = await client.call('readDocument', { params }));
      await client.call('readThumbnail', { params, query: { side: 320 } });
    });
    await this.#timed('encode', () => this.#waitForEmbedding(params));
    const annotation = newAnnotation(`${this.#options.name}-o${++this.#objects}`, this.#options.model);
    let last: WirePrediction | null = null;
    for (let number = 0; number < prompts; number++) {
      const box = boxIn(size, random);
      last = await this.#timed('decode', () => this.#ask(params, annotation.id, box));
      this.#options.acknowledged.predictions.push({ imageId: image.id, key: last.key });
      await this.#think();
    }
    if (last !== null) await this.#timed('accept', () => this.#accept(params, annotation, last, seq));
  }

  async #waitForEmbedding(params: ImageParams): Promise<void> {
    const { client, model, name, signal } = this.#options;
    await client.call('requestEmbedding', { params, body: { model, page: name, purpose: 'view' } });
    for (;;) {
      signal.throwIfAborted();
      const { status, problem } = await client.call('readEmbedding', { params, query: { model } });
      if (status === 'ready') return;
      if (status === 'failed' || status === 'none')
        throw new Error(`the image is not encoded: ${problem?.code ?? status}`);
      await pause(100, signal);
    }
  }

  #ask(params: ImageParams, annotationId: string, box: BoxXyxy): Promise<WirePrediction> {
    const { client, model, signal } = this.#options;
    const prompt = { box, points: [], maskId: null };
    const body = { prompt, model, annotationId, logits: 'best' as const };
    return client.call('predict', { params, body, signal });
  }

  async #accept(
    params: ImageParams,
    created: Annotation,
    { candidates, best, prompt }: WirePrediction,
    seq: number,
  ): Promise<void> {
    const { client, acknowledged, name } = this.#options;
    const rle = candidates[best]?.rle;
    if (rle === undefined) throw new Error('an answer without a mask');
    const maskId = maskIdOf(rle);
    await client.call('writeMask', { params: { ...params, maskId }, body: rle });
    acknowledged.masks.push({ imageId: params.imageId, maskId });
    const asked: Annotation = { ...created, prompt: { box: prompt.box, points: [], maskId: null } };
    const accepted: Annotation = {
      ...asked,
      revision: `${asked.revision}-accepted`,
      review: { status: 'accepted', maskId },
    };
    const at = new Date().toISOString();
    const common = { at, author: name, kind: 'step' } as const;
    const entries: Entry[] = [
      { ...common, id: `${asked.id}-create`, gesture: 'create', changes: [{ before: null, after: asked }] },
      {
        ...common,
        id: `${asked.id}-accept`,
        gesture: 'accept',
        changes: [{ before: asked, after: accepted }],
      },
    ];
    await client.call('appendEntries', {
      params,
      body: { baseSeq: seq, entries: structuredClone(entries) as never },
    });
    const known = acknowledged.entries.get(params.imageId) ?? [];
    acknowledged.entries.set(params.imageId, [...known, ...entries.map(({ id }) => id)]);
    acknowledged.decisions.push({ imageId: params.imageId, entryId: `${asked.id}-accept` });
  }

  async #think(): Promise<void> {
    const { thinkMs, random, signal } = this.#options;
    // Between half and one and a half of it: people are no metronomes.
    if (thinkMs > 0) await pause(thinkMs * (0.5 + random()), signal);
  }

  async #timed<T>(action: Action, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const value = await this.#patiently(work);
    this.#options.onDone?.(action, performance.now() - started);
    return value;
  }

  /** As the page does: who is told to come back later comes back later. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { signal, onRefused } = this.#options;
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const isRefused =
          isCalqueError(error) && ['engine-busy', 'server-busy', 'too-many-requests'].includes(error.code);
        if (!isRefused || onRefused === undefined || tries >= MOST_TRIES) throw error;
        onRefused(error.code);
        await pause(1000, signal);
      }
    }
  }
}

interface ImageParams {
  readonly datasetId: string;
  readonly imageId: string;
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Somewhere in the image, of a fifth to a half of its sides. */
function boxIn(
  { width, height }: { readonly width: number; readonly height: number },
  random: () => number,
): BoxXyxy {
  const [w, h] = [width * (0.2 + 0.3 * random()), height * (0.2 + 0.3 * random())];
  const [x1, y1] = [Math.round((width - w) * random()), Math.round((height - h) * random())];
  return { x1, y1, x2: Math.round(x1 + w), y2: Math.round(y1 + h) };
}

function newAnnotation(id: string, model: string): Annotation {
  return {
    ...{ id, revision: `${id}-1`, name: id, labelId: null, color: 1, order: 0, visible: true, locked: false },
    ...{ prompt: { box: null, points: [], maskId: null }, model, choice: 'best', postprocess: {} },
    ...{ editedMask: null, review: { status: 'unreviewed' } },
  };
}
