import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriftQuantity, ModelDrift, QuantityDrift } from '@calque/api';
import {
  countInBins,
  kolmogorovSmirnovDistance,
  kolmogorovSmirnovLimit,
  pageHinkleyAdd,
  pageHinkleyBegin,
  populationStabilityIndex,
  referenceBins,
  SCORE_DETECTOR,
} from '@calque/core';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { writeAside } from '../storage/write-aside.ts';
import { driftHistogram } from './drift-histogram.ts';
import type { EncodedEvent, Observer, PredictedEvent } from './observer.ts';
import { factsOf } from './prediction-facts.ts';

const REFERENCE_COUNT = 500;
const WINDOW_COUNT = 200;
/** Fewer values since the reference was full say nothing. */
const LEAST_WINDOW = 50;
const KEPT_ALARMS = 50;
const SAVE_AFTER_MS = 10_000;
const QUANTITIES: readonly DriftQuantity[] = ['score', 'stability', 'box-ratio', 'image-px', 'brightness'];

const numbers = Type.Array(Type.Number());
const HistorySchema = Type.Object({
  reference: numbers,
  /** The reference is complete: values go to the window. */
  learned: Type.Boolean(),
  window: numbers,
});
const ModelSchema = Type.Object({
  histories: Type.Record(Type.String(), HistorySchema),
  detector: Type.Object({
    count: Type.Integer(),
    mean: Type.Number(),
    fallen: Type.Number(),
    least: Type.Number(),
  }),
  alarms: Type.Array(Type.String()),
});
const FileSchema = Type.Object({ version: Type.Literal(1), models: Type.Record(Type.String(), ModelSchema) });
type ModelHistory = Static<typeof ModelSchema>;

/**
 * What was usual of each model, and what is now. The first values are the reference, until a person takes the latest ones for it;
 * kept between runs in one file.
 */
export class DriftWatch implements Observer {
  readonly #path: string;
  readonly #now: () => Date;
  readonly #models: Record<string, ModelHistory>;
  /** By model, until another value comes: a scrape asks several times. */
  readonly #compared = new Map<string, ModelDrift>();
  #saving: NodeJS.Timeout | undefined;

  private constructor(path: string, now: () => Date, models: Record<string, ModelHistory>) {
    this.#path = path;
    this.#now = now;
    this.#models = models;
  }

  /** A file that is damaged, or of another version, counts as none: the reference is learned again. */
  static async open(folder: string, now: () => Date = () => new Date()): Promise<DriftWatch> {
    const path = join(folder, 'drift.json');
    const text = await readFile(path, 'utf8').catch(() => '');
    return new DriftWatch(path, now, parsed(text));
  }

  predicted({ prediction, kind }: PredictedEvent): void {
    const facts = kind === 'recorded' ? factsOf(prediction) : null;
    if (facts === null) return;
    const model = this.#model(prediction.model.id);
    add(model, 'score', facts.score);
    add(model, 'stability', facts.stability);
    if (facts.boxToImage !== null) add(model, 'box-ratio', facts.boxToImage);
    const { state, alarm } = pageHinkleyAdd(model.detector, facts.score, SCORE_DETECTOR);
    model.detector = alarm ? pageHinkleyBegin : state;
    if (alarm) model.alarms = [...model.alarms, this.#now().toISOString()].slice(-KEPT_ALARMS);
    this.#saveSoon();
  }

  encoded({ model, image, brightness }: EncodedEvent): void {
    add(this.#model(model), 'image-px', image.width * image.height);
    add(this.#model(model), 'brightness', brightness);
    this.#saveSoon();
  }

  decided(): void {}
  chose(): void {}
  abandoned(): void {}
  answered(): void {}
  engine(): void {}

  report(): ModelDrift[] {
    return Object.entries(this.#models).map(([model, history]) => {
      const known = this.#compared.get(model) ?? modelDrift(model, history);
      this.#compared.set(model, known);
      return known;
    });
  }

  /** What is usual now is what counts as usual from here on. Nothing is forgotten where there are no latest values. */
  async adopt(modelId: string): Promise<void> {
    const model = this.#model(modelId);
    for (const history of Object.values(model.histories)) {
      if (history.window.length < LEAST_WINDOW) continue;
      history.reference = history.window;
      history.learned = true;
      history.window = [];
    }
    model.detector = pageHinkleyBegin;
    model.alarms = [];
    await this.save();
  }

  async save(): Promise<void> {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (Object.keys(this.#models).length === 0) return;
    await writeAside(this.#path, `${JSON.stringify({ version: 1, models: this.#models })}\n`);
  }

  /** To be changed: what was compared before holds no longer. */
  #model(id: string): ModelHistory {
    this.#compared.delete(id);
    this.#models[id] ??= { histories: {}, detector: pageHinkleyBegin, alarms: [] };
    return this.#models[id];
  }

  /** Not at every click: what a kill takes of it is some seconds of statistics. */
  #saveSoon(): void {
    this.#saving ??= setTimeout(() => {
      // A disk that is full is told by what needs it; statistics go on in memory.
      this.save().catch(() => undefined);
    }, SAVE_AFTER_MS).unref();
  }
}

function parsed(text: string): Record<string, ModelHistory> {
  try {
    const value: unknown = JSON.parse(text);
    return Check(FileSchema, value) ? value.models : {};
  } catch {
    return {};
  }
}

function add(model: ModelHistory, quantity: DriftQuantity, value: number): void {
  if (!Number.isFinite(value)) return;
  model.histories[quantity] ??= { reference: [], learned: false, window: [] };
  const history = model.histories[quantity];
  if (!history.learned) {
    history.reference.push(value);
    history.learned = history.reference.length >= REFERENCE_COUNT;
    return;
  }
  history.window.push(value);
  if (history.window.length > WINDOW_COUNT) history.window.shift();
}

function modelDrift(model: string, { histories, alarms }: ModelHistory): ModelDrift {
  return {
    model,
    quantities: QUANTITIES.map((quantity) => compared(quantity, histories[quantity])),
    alarms: [...alarms],
  };
}

const nothing = { populationStability: null, distance: null, distanceLimit: null };

function compared(quantity: DriftQuantity, history: Static<typeof HistorySchema> | undefined): QuantityDrift {
  const reference = ascending(history?.reference ?? []);
  const window = ascending(history?.window ?? []);
  const counted = {
    quantity,
    referenceCount: reference.length,
    windowCount: window.length,
    referenceMedian: medianOf(reference),
    windowMedian: medianOf(window),
    histogram: driftHistogram(quantity, history?.reference ?? [], history?.window ?? []),
  };
  if (history?.learned !== true) return { ...counted, ...nothing, verdict: 'learning' };
  if (window.length < LEAST_WINDOW) return { ...counted, ...nothing, verdict: 'waiting' };
  const { bounds, counts } = referenceBins(reference, 10);
  const populationStability = populationStabilityIndex(counts, countInBins(window, bounds));
  const distance = kolmogorovSmirnovDistance(reference, window);
  const distanceLimit = kolmogorovSmirnovLimit(reference.length, window.length, 0.001);
  return {
    ...counted,
    populationStability,
    distance,
    distanceLimit,
    verdict: verdictOn(populationStability, distance > distanceLimit),
  };
}

/** The index alone is large by chance where there are few values; the distance says whether it can be. */
function verdictOn(populationStability: number, isBeyondChance: boolean): QuantityDrift['verdict'] {
  if (!isBeyondChance || populationStability < 0.1) return 'steady';
  return populationStability < 0.25 ? 'moderate' : 'large';
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function medianOf(sorted: Float64Array): number | null {
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
