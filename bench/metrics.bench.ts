import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createNodeEngine } from '@calque/engine/node';
import { createModelStore } from '@calque/models/node';
import { openDataset } from '../packages/server/src/datasets/open-dataset.ts';
import { EmbeddingKeeper } from '../packages/server/src/embeddings/embedding-keeper.ts';
import { ModelKeeper } from '../packages/server/src/models/model-keeper.ts';
import { type Monitoring, openMonitoring } from '../packages/server/src/observability/monitoring.ts';
import type { Observer, PredictedEvent } from '../packages/server/src/observability/observer.ts';
import { Predictor } from '../packages/server/src/predictions/predictor.ts';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const MODEL = 'sam2-hiera-tiny';
const CHILD_ENTRY = pathToFileURL(join('packages', 'cli', 'dist', 'inference-child.js'));
const PROMPT = { box: { x1: 149, y1: 149, x2: 388, y2: 370 }, points: [], maskId: null };
/** Predictions in a row before what they cost to watch is measured; drift has its reference and its window by then. */
const BLOCK = 12;
/** What observers do takes microseconds: many calls make a time that can be measured. */
const CALLS = 2000;
/** What watching may cost, of what is watched. */
const MOST_SHARE = 0.01;

/** What it costs to watch a prediction: every observer told of it and of its request, against the prediction. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-bench-'));
  const watched = await openWatched(folder);
  try {
    const predictions: number[] = [];
    const observed: number[] = [];
    for (let block = 0; block < (quick ? 1 : 5); block++) {
      for (let i = 0; i < (quick ? 2 : BLOCK); i++) predictions.push(await timed(watched.predict));
      observed.push(timePerCall(watched, quick ? 20 : CALLS));
    }
    const scrapeMs = await timed(async () => void (await watched.monitoring.metrics.text()));
    const decodeMs = median(predictions);
    const observeMs = median(observed);
    return {
      name: `metrics: watching a prediction of ${MODEL}`,
      ratios: [
        {
          label: 'observers of a prediction / 1 % of it',
          value: observeMs / (MOST_SHARE * decodeMs),
          limit: 1,
        },
        { label: 'a scrape / 1 % of 15 s', value: scrapeMs / (MOST_SHARE * 15_000), limit: 1 },
      ],
      rows: [
        { label: 'a warm prediction, recorded', valueMs: decodeMs },
        { label: 'its observers, 1000 times', valueMs: observeMs * 1000 },
        { label: 'a scrape', valueMs: scrapeMs },
      ],
    };
  } finally {
    await watched.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Watched {
  readonly monitoring: Monitoring;
  readonly predict: () => Promise<void>;
  /** The newest event, as observers are told of it. */
  readonly event: () => PredictedEvent;
  close(): Promise<void>;
}

/** The parts of the server that a prediction passes, with everything that watches it. */
async function openWatched(folder: string): Promise<Watched> {
  const root = join(folder, 'photos');
  await mkdir(root);
  await copyFile(join('samples', 'breakfast.jpg'), join(root, 'table.jpg'));
  const store = createModelStore();
  await store.ensure(MODEL);
  const tell = (): void => undefined;
  const models = await ModelKeeper.open({
    store,
    createEngine: async (model) =>
      createNodeEngine({ model, childEntry: CHILD_ENTRY, cacheFolder: null, providers: ['cpu'] }),
    defaultModel: MODEL,
    tell,
  });
  const dataset = await openDataset({ folder: root, home: folder, tell });
  await dataset.indexed();
  const monitoring = await openMonitoring({ home: folder, models });
  const captured: PredictedEvent[] = [];
  const observer: Observer = {
    ...monitoring.observer,
    predicted: (event) => {
      captured[0] = event;
      monitoring.observer.predicted(event);
    },
  };
  const embeddings = new EmbeddingKeeper({ models, tell, observer });
  const predictor = new Predictor(embeddings, observer);
  const [image] = await dataset.storage.imagesAt(['table.jpg']);
  const { signal } = new AbortController();
  const predict = async (): Promise<void> => {
    await predictor.predict(dataset, image?.id ?? '', { prompt: PROMPT, model: MODEL }, signal);
  };
  await predict();
  return {
    monitoring,
    predict,
    event: () => {
      const [event] = captured;
      if (event === undefined) throw new Error('nobody was told of the prediction');
      return event;
    },
    async close() {
      embeddings.close();
      await models.close();
      await dataset.close();
      await monitoring.close();
    },
  };
}

function timePerCall({ monitoring: { observer }, event }: Watched, calls: number): number {
  const told = event();
  const route = '/api/datasets/:datasetId/images/:imageId/predictions';
  const started = performance.now();
  for (let i = 0; i < calls; i++) {
    observer.predicted(told);
    observer.answered({ method: 'POST', route, status: 200, code: null, seconds: 0.06 });
  }
  return (performance.now() - started) / calls;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
