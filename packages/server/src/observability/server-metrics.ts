import type { Figure, MemoryState, ModelDrift } from '@calque/api';
import { type Decision, REJECT_REASONS } from '@calque/core';
import type { EngineEvent } from '@calque/engine';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AnsweredEvent, DecidedEvent, EncodedEvent, Observer, PredictedEvent } from './observer.ts';
import { factsOf } from './prediction-facts.ts';

/** What is read at the moment of a scrape. */
export interface MetricSources {
  /** Of every model that is loaded. */
  readonly engines: () => Promise<readonly EngineSituation[]>;
  readonly drift: () => readonly ModelDrift[];
}

export interface EngineSituation {
  readonly model: string;
  readonly provider: string;
  readonly waiting: number;
  readonly running: number;
}

/** A click takes tens of milliseconds, an encode seconds, `vit_h` on one core minutes. */
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];
const SHARES = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);
const RATIOS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5, 2];
const MEMORY_STEPS: readonly MemoryState['step'][] = [
  'smaller-batch',
  'arena-off',
  'lower-precision',
  'smaller-model',
  'cpu',
  'none-left',
];
/** Problems that deploy/ alerts on. */
const ALERTED_PROBLEMS = [
  'disk-full',
  'engine-busy',
  'engine-crashed',
  'engine-out-of-memory',
  'too-many-requests',
];
const DECISIONS: readonly Decision['kind'][] = ['accept', 'reject', 'reopen', 'correct', 'delete', 'restore'];
/** Gauges of the library that are named as counters, which `promtool check metrics` refuses. The same figures have other names too. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
const COUNTS = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50];

type Registered = { readonly registers: [Registry] };

/**
 * The figures of docs/monitoring.md in the format of Prometheus. Labels take few values each: models of the store, providers,
 * stages, routes. None holds a name of an image, a person or a token.
 */
export class ServerMetrics implements Observer {
  readonly #registry = new Registry();
  readonly #stages: Histogram<'stage' | 'model' | 'provider'>;
  readonly #predictions: Counter<'model' | 'where' | 'kind'>;
  readonly #scores: Histogram<'model'>;
  readonly #stabilities: Histogram<'model'>;
  readonly #boxToImage: Histogram<'model'>;
  readonly #maskToBox: Histogram<'model'>;
  readonly #masks: Counter<'model' | 'extent'>;
  readonly #embeddings: Counter<'model' | 'cache'>;
  readonly #choices: Counter<'candidate'>;
  readonly #decisions: Counter<'decision'>;
  readonly #rejections: Counter<'reason'>;
  readonly #abandoned: Counter;
  readonly #points: Histogram;
  readonly #clicks: Histogram;
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #problems: Counter<'code'>;
  readonly #restarts: Counter<'model' | 'role'>;
  readonly #outOfMemory: Counter<'model' | 'step'>;

  constructor(sources: MetricSources) {
    const at: Registered = { registers: [this.#registry] };
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.#stages = new Histogram({
      ...at,
      name: 'calque_stage_duration_seconds',
      help: 'Time that a stage of an answer took: queue, read, preprocess, encode, decode, postprocess, measure, total',
      labelNames: ['stage', 'model', 'provider'],
      buckets: SECONDS,
    });
    this.#predictions = new Counter({
      ...at,
      name: 'calque_predictions_total',
      help: 'Prompts answered, by where the decoder ran and whether the answer was recorded',
      labelNames: ['model', 'where', 'kind'],
    });
    this.#scores = share(at, 'calque_predicted_score', 'Predicted IoU of the best candidate, raw');
    this.#stabilities = share(at, 'calque_stability_score', 'Stability of the best candidate');
    this.#boxToImage = ratio(at, 'calque_box_image_ratio', "Area of the prompt's box over that of the image");
    this.#maskToBox = ratio(at, 'calque_mask_box_ratio', "Area of the mask over that of the prompt's box");
    this.#masks = new Counter({
      ...at,
      name: 'calque_masks_total',
      help: 'Best candidates that are empty, fill the image, or neither',
      labelNames: ['model', 'extent'],
    });
    this.#embeddings = new Counter({
      ...at,
      name: 'calque_embeddings_total',
      help: 'Embeddings asked for, by where they were: memory, disk, or computed (miss)',
      labelNames: ['model', 'cache'],
    });
    this.#choices = new Counter({
      ...at,
      name: 'calque_candidate_choices_total',
      help: 'Candidates that people chose, by index in the order of the model',
      labelNames: ['candidate'],
    });
    this.#decisions = new Counter({
      ...at,
      name: 'calque_decisions_total',
      help: 'What people decided about masks',
      labelNames: ['decision'],
    });
    this.#rejections = new Counter({
      ...at,
      name: 'calque_rejections_total',
      help: 'Masks rejected, by reason',
      labelNames: ['reason'],
    });
    this.#abandoned = new Counter({
      ...at,
      name: 'calque_abandoned_total',
      help: 'Objects deleted before anybody accepted or rejected them',
    });
    this.#points = effort(
      at,
      'calque_accepted_mask_points',
      'Points in the prompt of a mask when it was accepted',
    );
    this.#clicks = effort(
      at,
      'calque_accepted_mask_clicks',
      'Gestures that a mask took until it was accepted',
    );
    this.#requests = new Histogram({
      ...at,
      name: 'calque_http_request_duration_seconds',
      help: 'Time to answer a request, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
    });
    this.#problems = new Counter({
      ...at,
      name: 'calque_problems_total',
      help: 'Requests refused or failed, by the code of docs/errors.md; engine-busy is a full queue',
      labelNames: ['code'],
    });
    this.#restarts = new Counter({
      ...at,
      name: 'calque_child_restarts_total',
      help: 'Child processes that were started in the place of one that ended',
      labelNames: ['model', 'role'],
    });
    this.#outOfMemory = new Counter({
      ...at,
      name: 'calque_out_of_memory_total',
      help: 'Times that memory did not suffice, by the step taken; none-left is a request that failed',
      labelNames: ['model', 'step'],
    });
    this.#beginAtZero();
    watchEngines(at, sources);
    watchDrift(at, sources);
  }

  /** A series that begins with its first event shows no rise: alerts on that event would not see it. */
  #beginAtZero(): void {
    for (const code of ALERTED_PROBLEMS) this.#problems.inc({ code }, 0);
    for (const decision of DECISIONS) this.#decisions.inc({ decision }, 0);
    for (const reason of REJECT_REASONS) this.#rejections.inc({ reason }, 0);
  }

  predicted({ prediction, kind }: PredictedEvent): void {
    const { where, timingsMs } = prediction;
    const model = prediction.model.id;
    // How fast a person's own machine is says nothing about this one.
    const provider = where === 'browser' ? 'browser' : prediction.provider;
    this.#predictions.inc({ model, where, kind });
    for (const stage of ['queue', 'decode', 'postprocess', 'measure', 'total'] as const)
      this.#stages.observe({ stage, model, provider }, timingsMs[stage] / 1000);
    const facts = kind === 'recorded' ? factsOf(prediction) : null;
    if (facts === null) return;
    this.#scores.observe({ model }, facts.score);
    this.#stabilities.observe({ model }, facts.stability);
    this.#masks.inc({ model, extent: facts.extent });
    if (facts.boxToImage !== null) this.#boxToImage.observe({ model }, facts.boxToImage);
    if (facts.maskToBox !== null) this.#maskToBox.observe({ model }, facts.maskToBox);
  }

  encoded({ model, provider, cache, timingsMs }: EncodedEvent): void {
    this.#embeddings.inc({ model, cache });
    for (const stage of ['read', 'preprocess'] as const)
      this.#stages.observe({ stage, model, provider: 'cpu' }, timingsMs[stage] / 1000);
    if (provider !== null)
      this.#stages.observe({ stage: 'encode', model, provider }, timingsMs.encode / 1000);
  }

  decided({ decision, points, clicks }: DecidedEvent): void {
    this.#decisions.inc({ decision: decision.kind });
    if (decision.kind === 'reject') this.#rejections.inc({ reason: decision.reason ?? 'other' });
    if (decision.kind !== 'accept') return;
    this.#points.observe(points);
    this.#clicks.observe(clicks);
  }

  chose(candidate: 'best' | number): void {
    this.#choices.inc({ candidate: String(candidate) });
  }

  abandoned(): void {
    this.#abandoned.inc();
  }

  answered({ method, route, status, code, seconds }: AnsweredEvent): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
    if (code !== null) this.#problems.inc({ code });
  }

  engine(model: string, event: EngineEvent): void {
    if (event.kind === 'child-started') {
      this.#restarts.inc({ model, role: event.role }, event.again ? 1 : 0);
      // As above: the first time must be a rise.
      for (const step of MEMORY_STEPS) this.#outOfMemory.inc({ model, step }, 0);
    }
    if (event.kind === 'memory-step' && event.step !== 'climbed')
      this.#outOfMemory.inc({ model, step: event.step });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** What Calque itself counts, without the bins of distributions. Requests are left out: they have a series for each route. */
  async figures(): Promise<Figure[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics
      .filter(({ name }) => name.startsWith('calque_') && !name.startsWith('calque_http_'))
      .flatMap(({ name, values }) => values.map((value) => figureOf(name, value)))
      .filter(({ name }) => !name.endsWith('_bucket'));
  }

  /** The text of a scrape. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** A distribution names each of its series, a counter does not. */
interface Sample {
  readonly metricName?: string;
  readonly labels: Partial<Record<string, string | number>>;
  readonly value: number;
}

function figureOf(name: string, { metricName = name, labels, value }: Sample): Figure {
  const texts = Object.entries(labels).map(([label, of]) => [label, String(of)]);
  return { name: metricName, labels: Object.fromEntries(texts), value };
}

function share(at: Registered, name: string, help: string): Histogram<'model'> {
  return new Histogram({ ...at, name, help, labelNames: ['model'], buckets: SHARES });
}

function ratio(at: Registered, name: string, help: string): Histogram<'model'> {
  return new Histogram({ ...at, name, help, labelNames: ['model'], buckets: RATIOS });
}

function effort(at: Registered, name: string, help: string): Histogram {
  return new Histogram({ ...at, name, help, buckets: COUNTS });
}

function watchEngines(at: Registered, { engines }: MetricSources): void {
  const of = (name: string, help: string, value: (situation: EngineSituation) => number) =>
    new Gauge({
      ...at,
      name,
      help,
      labelNames: ['model', 'provider'],
      async collect() {
        this.reset();
        for (const engine of await engines())
          this.set({ model: engine.model, provider: engine.provider }, value(engine));
      },
    });
  of('calque_queue_waiting', 'Calls that wait in the queue of a model', ({ waiting }) => waiting);
  of('calque_queue_running', 'Calls that a model works on', ({ running }) => running);
  of('calque_model_loaded', 'Models that are loaded, and what each runs on: 1 for each', () => 1);
}

function watchDrift(at: Registered, { drift }: MetricSources): void {
  const of = (
    name: string,
    help: string,
    read: (quantity: ModelDrift['quantities'][number]) => number | null,
  ) =>
    new Gauge({
      ...at,
      name,
      help,
      labelNames: ['model', 'quantity'],
      collect() {
        this.reset();
        for (const { model, quantities } of drift()) {
          for (const found of quantities) {
            const value = read(found);
            if (value !== null) this.set({ model, quantity: found.quantity }, value);
          }
        }
      },
    });
  of(
    'calque_drift_population_stability',
    'Population stability index of the latest values against the reference',
    ({ populationStability }) => populationStability,
  );
  of(
    'calque_drift_distance',
    'Kolmogorov-Smirnov distance of the latest values from the reference',
    ({ distance }) => distance,
  );
  of(
    'calque_drift_distance_limit',
    'The distance that chance exceeds once in a thousand times',
    ({ distanceLimit }) => distanceLimit,
  );
  new Gauge({
    ...at,
    name: 'calque_score_drift_alarms',
    help: 'Falls of the score that the sequential detector saw since the reference was taken',
    labelNames: ['model'],
    collect() {
      this.reset();
      for (const { model, alarms } of drift()) this.set({ model }, alarms.length);
    },
  });
}
