import {
  base64OfBytes,
  type Client,
  type EmbeddingState,
  type MeasureSensitivity,
  type ModelState,
  maskIdOf,
  predictionKeyOf,
  type ReportJob,
  type ReportRequest,
  type RouteName,
  type ServerEvent,
  type Session,
  type WireCandidate,
  type WireDataset,
  type WireImage,
  type WireLabel,
  type WirePrediction,
  type WirePrompt,
  type WireSensitivity,
} from '@calque/api';
import {
  type Annotation,
  type Bitmap,
  type BoxAnswer,
  type BoxXyxy,
  boxFamily,
  type Calibration,
  CalqueError,
  countsFromString,
  countsToString,
  type Entry,
  encodeRle,
  measureMask,
  measureSensitivity,
  type NumberedEntry,
  type PromptPoint,
  type RecordedRle,
} from '@calque/core';
import { type LabelMap, loadLabelMap, masksFor } from './label-map.ts';
import { measuredRow } from './measured-rows.ts';
import { fakeAdvice, fakeMonitoring } from './monitored-day.ts';

/** What `?state=` can ask for. */
type FakeSituation =
  | 'usual'
  | 'login'
  | 'sign-in'
  | 'viewer'
  | 'gone'
  | 'empty'
  | 'problem'
  | 'changed'
  | 'downloading'
  | 'many-objects'
  | 'missing-model';

export interface FakeServer {
  readonly client: Client;
  readonly situation: FakeSituation;
  readonly listen: (listener: (event: ServerEvent) => void) => () => void;
}

const samples = [
  {
    name: 'breakfast',
    width: 960,
    height: 640,
    image: new URL('../../../../samples/breakfast.jpg', import.meta.url).href,
    labels: new URL('../../../../samples/breakfast.labels.png', import.meta.url).href,
  },
  {
    name: 'kitchen',
    width: 1280,
    height: 720,
    image: new URL('../../../../samples/kitchen.jpg', import.meta.url).href,
    labels: new URL('../../../../samples/kitchen.labels.png', import.meta.url).href,
  },
  {
    name: 'desk',
    width: 640,
    height: 800,
    image: new URL('../../../../samples/desk.jpg', import.meta.url).href,
    labels: new URL('../../../../samples/desk.labels.png', import.meta.url).href,
  },
  {
    name: 'blocks',
    width: 720,
    height: 720,
    image: new URL('../../../../samples/blocks.jpg', import.meta.url).href,
    labels: new URL('../../../../samples/blocks.labels.png', import.meta.url).href,
  },
] as const;

const datasetId = 'samples';
const modelId = 'sam2-hiera-tiny';
const imageCount = 240;
const scores = [0.88, 0.974, 0.71];
const stabilities = [0.9, 0.968, 0.86];

export function createFakeServer(wanted: string | null): FakeServer {
  const situation = (wanted ?? 'usual') as FakeSituation;
  const listeners = new Set<(event: ServerEvent) => void>();
  const tell = (event: ServerEvent) => {
    for (const listener of listeners) listener(event);
  };
  const server = new InMemoryServer(situation, tell);
  return {
    client: {
      call: ((name: RouteName, args: LooseArguments) => server.answer(name, args)) as Client['call'],
      addressOf: (name, { params }) =>
        name === 'readReportFile' ? 'about:blank' : sampleOf(String(params?.['imageId'])).image,
    },
    situation,
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function sessionOf(situation: FakeSituation): Session {
  if (situation === 'login') return { accounts: false, name: null, role: null };
  if (situation === 'sign-in') return { accounts: true, name: null, role: null };
  if (situation === 'viewer') return { accounts: true, name: 'Ada', role: 'viewer' };
  return { accounts: false, name: null, role: 'admin' };
}

interface LooseArguments {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

class InMemoryServer {
  readonly #situation: FakeSituation;
  readonly #tell: (event: ServerEvent) => void;
  #images: WireImage[];
  readonly #logs = new Map<string, NumberedEntry[]>([['image-001', firstSteps()]]);
  readonly #masks = new Map<string, RecordedRle>();
  readonly #maps = new Map<string, Promise<LabelMap>>();
  #calibration: Calibration | null = null;
  #sensitivities: WireSensitivity[] = [];
  #report: ReportJob | null = null;
  #labels: WireLabel[] = [
    { id: 'tableware', name: 'Tableware', color: '#0072b2' },
    { id: 'food', name: 'Food', color: '#e69f00' },
  ];

  constructor(situation: FakeSituation, tell: (event: ServerEvent) => void) {
    this.#situation = situation;
    this.#tell = tell;
    this.#images =
      situation === 'empty' ? [] : Array.from({ length: imageCount }, (_, at) => imageAt(at, situation));
  }

  async answer(name: RouteName, { params = {}, query = {}, body, signal }: LooseArguments): Promise<unknown> {
    await pause(name === 'predict' ? 60 : 4, signal);
    if (name === 'readSession') return sessionOf(this.#situation);
    if (this.#situation === 'login' || this.#situation === 'sign-in')
      throw problem('access-denied', 401, 'log in first');
    const imageId = params['imageId'] ?? '';
    switch (name) {
      case 'listDatasets':
        return [this.#dataset()];
      case 'listModels':
        return [modelOf(this.#situation)];
      case 'listImages':
        return this.#page(query);
      case 'readStatistics':
        return statistics;
      case 'changeTags':
        return this.#changeTags(body as TagChange);
      case 'readImage':
        return (
          this.#images.find(({ id }) => id === imageId) ?? Promise.reject(problem('not-found', 404, imageId))
        );
      case 'readLabels':
        return this.#labels;
      case 'writeLabels':
        this.#labels = body as WireLabel[];
        this.#tell({ type: 'labels', datasetId, labels: this.#labels });
        return this.#labels;
      case 'readSettings':
      case 'changeSettings':
        return {};
      case 'health':
        return {
          status: 'ok',
          version: '0.1.0',
          uptimeS: 1,
          models: [],
          engine: { provider: 'fake', threads: 1 },
        };
      case 'requestEmbedding':
      case 'readEmbedding':
        return this.#embedding(imageId);
      case 'predict':
        return this.#predict(imageId, (body as { prompt: WirePrompt }).prompt);
      case 'startReport':
        return this.#startReport(body as ReportRequest);
      case 'readReport':
        return this.#report;
      case 'cancelReport':
        return this.#tellReport({ state: 'cancelled' });
      case 'writeCalibration':
        this.#calibration = (body as { calibration: Calibration | null }).calibration;
        this.#tell({ type: 'dataset', dataset: this.#dataset() });
        return this.#dataset();
      case 'measureSensitivity':
        return this.#measureSensitivity(imageId, body as MeasureSensitivity, signal);
      case 'findSensitivity':
        return this.#sensitivities.filter(
          (made) => made.imageId === imageId && made.annotationId === query['annotationId'],
        );
      case 'listMeasures':
        return this.#measures(query);
      case 'readMonitoring':
      case 'adoptReference':
        return fakeMonitoring(
          Number(query['minutes'] ?? 1440),
          name === 'adoptReference' ? 'adopted' : 'usual',
        );
      case 'readAdvice':
        return fakeAdvice(Number(query['precision'] ?? 0.95));
      case 'findPredictions':
        return [];
      case 'readDocument':
        return this.#log(imageId, Number(query['after'] ?? 0));
      case 'appendEntries':
        return this.#append(imageId, body as { baseSeq: number; entries: Entry[] });
      case 'writeMask':
        this.#masks.set(params['maskId'] ?? '', body as RecordedRle);
        return undefined;
      case 'readMask':
        return this.#masks.get(params['maskId'] ?? '');
      default:
        return undefined;
    }
  }

  #dataset(): WireDataset {
    const states = { unseen: 0, 'in-work': 0, accepted: 0, rejected: 0 };
    for (const { state } of this.#images) states[state]++;
    return {
      id: datasetId,
      name: 'Samples',
      folder: '/home/ada/samples',
      imageCount: this.#images.length,
      states,
      annotationCount: 0,
      indexing: null,
      writable: true,
      sample: true,
      calibration: this.#calibration,
    };
  }

  #changeTags({ images, add = [], remove = [], refuse = [] }: TagChange): WireImage[] {
    const changed = this.#images
      .filter(({ id }) => images.includes(id))
      .map((image) => ({
        ...image,
        tags: [...image.tags.filter((tag) => !remove.includes(tag) && !add.includes(tag)), ...add],
        suggestions: image.suggestions.filter(({ tag }) => !add.includes(tag) && !refuse.includes(tag)),
      }));
    this.#images = this.#images.map((image) => changed.find(({ id }) => id === image.id) ?? image);
    for (const image of changed) this.#tell({ type: 'image', change: 'changed', image });
    return changed;
  }

  #page(query: Readonly<Record<string, unknown>>) {
    const search = String(query['search'] ?? '').toLowerCase();
    const matching = this.#images.filter(
      ({ name, unreviewedCount, state }) =>
        name.toLowerCase().includes(search) &&
        (query['unreviewed'] !== true || unreviewedCount > 0 || state === 'unseen'),
    );
    const from = Number(query['after'] ?? 0);
    const to = from + Number(query['limit'] ?? 100);
    return {
      images: matching.slice(from, to),
      next: to < matching.length ? String(to) : null,
      total: matching.length,
    };
  }

  #measures(query: Readonly<Record<string, unknown>>) {
    const total = { 'many-objects': 20_000, empty: 0 }[String(this.#situation)] ?? imageCount;
    const from = Number(query['after'] ?? 0);
    const to = Math.min(total, from + Number(query['limit'] ?? 100));
    return {
      rows: Array.from({ length: 5 * (to - from) }, (_, i) => measuredRow(5 * from + i)),
      images: to - from,
      total,
      next: to < total ? String(to) : null,
    };
  }

  #embedding(imageId: string): EmbeddingState {
    const waiting = this.#situation === 'downloading' || this.#situation === 'missing-model';
    return {
      imageId,
      model: modelId,
      status: waiting ? 'waiting-for-model' : 'ready',
      elapsedMs: 0,
      expectedMs: null,
      cache: waiting ? null : 'disk',
      problem: null,
    };
  }

  #log(imageId: string, after: number) {
    const entries = this.#logs.get(imageId) ?? [];
    return { seq: entries.length, entries: entries.filter(({ seq }) => seq > after) };
  }

  #append(imageId: string, { baseSeq, entries }: { baseSeq: number; entries: Entry[] }) {
    const log = this.#logs.get(imageId) ?? [];
    this.#logs.set(imageId, log);
    for (const entry of entries) {
      if (!log.some((known) => known.entry.id === entry.id)) log.push({ seq: log.length + 1, entry });
    }
    return this.#log(imageId, baseSeq);
  }

  #labelMap(imageId: string): Promise<LabelMap> {
    const { labels: address } = sampleOf(imageId);
    const map = this.#maps.get(address) ?? loadLabelMap(address);
    this.#maps.set(address, map);
    return map;
  }

  #startReport(request: ReportRequest): ReportJob {
    const folder = '/home/ann/samples/.calque/report';
    this.#report = {
      ...request,
      id: crypto.randomUUID(),
      datasetId,
      state: 'running',
      progress: 0,
      problem: null,
      path: null,
      authorPath: null,
      missingPictures: 0,
      startedAt: new Date().toISOString(),
    };
    setTimeout(() => this.#tellReport({ progress: 0.4 }), 300);
    setTimeout(() => {
      if (this.#report?.state !== 'running') return;
      const stem = `${folder}/${request.template}.${request.language}`;
      this.#tellReport({
        state: 'done',
        progress: 1,
        path: `${stem}.${request.format}`,
        authorPath: `${stem}.md`,
      });
    }, 900);
    return this.#report;
  }

  #tellReport(change: Partial<ReportJob>): undefined {
    if (this.#report === null) return undefined;
    this.#report = { ...this.#report, ...change };
    this.#tell({ type: 'report', job: this.#report });
    return undefined;
  }

  async #measureSensitivity(
    imageId: string,
    { prompt, mask, family, run, ...asked }: MeasureSensitivity,
    signal: AbortSignal | undefined,
  ): Promise<WireSensitivity> {
    const labels = await this.#labelMap(imageId);
    const size = { width: mask.size[1], height: mask.size[0] };
    const variants = boxFamily(prompt.box as BoxXyxy, size, family);
    const answers: BoxAnswer[] = [];
    for (const variant of variants) {
      await pause(40, signal);
      const candidates = masksFor(labels, { ...prompt, box: variant.box });
      const place = asked.choice === 'best' ? 1 : asked.choice;
      const bitmap = candidates[place] as Bitmap;
      const { areaPx, perimeterPx } = measureMask(bitmap);
      const score = (scores[place] ?? 0.5) - Math.abs(variant.change) * 0.4;
      answers.push({ variant, candidate: place, score, areaPx, perimeterPx, rle: encodeRle(bitmap) });
      const done = answers.length;
      if (run !== undefined) this.#tell({ type: 'sensitivity-progress', run, done, total: variants.length });
    }
    const { sensitivity, map } = measureSensitivity(countsFromString(mask.counts, size), answers);
    const made: WireSensitivity = {
      id: crypto.randomUUID(),
      imageId,
      imageSha256: '0'.repeat(64),
      annotationId: asked.annotationId,
      model: { id: modelId, files: [] },
      prompt,
      choice: asked.choice,
      postprocess: asked.postprocess,
      maskId: maskIdOf(mask),
      family,
      sensitivity: { ...sensitivity, outcomes: [...sensitivity.outcomes] },
      map: map === null ? null : { ...map, shares: base64OfBytes(map.shares) },
      totalMs: 40 * variants.length,
      createdAt: new Date().toISOString(),
    };
    this.#sensitivities = [made, ...this.#sensitivities];
    return made;
  }

  async #predict(imageId: string, prompt: WirePrompt): Promise<WirePrediction> {
    const candidates = masksFor(await this.#labelMap(imageId), prompt).map(candidateOf);
    const image = this.#images.find(({ id }) => id === imageId);
    const model = { id: modelId, files: [{ name: 'decoder.onnx', sha256: 'f'.repeat(64) }] };
    const imageSha256 = image?.sha256 ?? '0'.repeat(64);
    return {
      id: crypto.randomUUID(),
      key: predictionKeyOf({ imageSha256, model, prompt }),
      imageId,
      imageSha256,
      model,
      prompt,
      candidates,
      best: 1,
      where: 'server',
      provider: 'cpu',
      cache: 'disk',
      timingsMs: {
        queue: 2,
        read: 0,
        preprocess: 0,
        encode: 0,
        decode: 41,
        postprocess: 7,
        measure: 3,
        total: 53,
      },
      createdAt: new Date().toISOString(),
    };
  }
}

/** The first image comes with work on it: a mug from box and points, and a donut from two points. */
function firstSteps(): NumberedEntry[] {
  const mug = annotation('mug', 0, { x1: 149, y1: 149, x2: 388, y2: 370 }, [
    { x: 241.5, y: 227.5, label: 'foreground' },
    { x: 330.5, y: 330.5, label: 'background' },
  ]);
  const donut = annotation('donut', 1, null, [
    { x: 500.5, y: 330.5, label: 'foreground' },
    { x: 686.5, y: 388.5, label: 'background' },
  ]);
  const fork = annotation('fork', 2, { x1: 772, y1: 293, x2: 836, y2: 516 }, []);
  return [mug, donut, fork].map((after, place) => ({
    seq: place + 1,
    entry: {
      id: `seeded-${place}`,
      kind: 'step',
      at: `2026-11-24T09:1${place}:30.000Z`,
      author: 'page-earlier',
      gesture: 'create',
      changes: [{ before: null, after }],
    },
  }));
}

function annotation(
  name: string,
  place: number,
  box: BoxXyxy | null,
  points: readonly PromptPoint[],
): Annotation {
  return {
    id: name,
    revision: `${name}-1`,
    name,
    labelId: name === 'donut' ? 'food' : null,
    color: place,
    order: place,
    visible: true,
    locked: false,
    prompt: {
      box,
      points: points.map((point, at) => ({ ...point, id: `${name}-point-${at}`, enabled: true })),
      maskId: null,
    },
    model: modelId,
    choice: 'best',
    postprocess: {},
    editedMask: null,
    review: { status: 'unreviewed' },
  };
}

function candidateOf(bitmap: Bitmap, index: number): WireCandidate {
  const { width, height } = bitmap;
  return {
    index,
    score: scores[index] ?? 0.5,
    stability: stabilities[index] ?? 0.5,
    ...measureMask(bitmap),
    rle: { size: [height, width], counts: countsToString(encodeRle(bitmap)) },
  };
}

interface TagChange {
  readonly images: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly refuse?: readonly string[];
}

const statistics = {
  formats: [
    { name: 'jpeg', count: 31 },
    { name: 'png', count: 9 },
  ],
  tags: [
    { name: 'night', count: 10 },
    { name: 'hard', count: 10 },
  ],
  labels: [{ id: null, count: 4 }],
  megapixels: { from: [0, 0.5, 1, 2, 4], counts: [12, 21, 7, 0, 0] },
  objects: { from: [0, 1, 2, 3, 5], counts: [9, 11, 8, 7, 5] },
  scores: { from: [0, 0.5, 0.7, 0.8, 0.9], counts: [1, 3, 6, 12, 24] },
  areaRatios: { from: [0, 0.01, 0.03, 0.1, 0.3], counts: [4, 12, 18, 9, 3] },
};

function sampleOf(imageId: string) {
  return samples[(Number(imageId.slice(-3)) - 1) % samples.length] ?? samples[0];
}

function imageAt(at: number, situation: FakeSituation): WireImage {
  const id = `image-${String(at + 1).padStart(3, '0')}`;
  const { name, width, height } = sampleOf(id);
  const first = at === 0;
  const state =
    first || at % 5 === 4 ? 'unseen' : (['accepted', 'in-work', 'rejected', 'accepted'] as const)[at % 4];
  return {
    id,
    datasetId,
    path: `shelf/${name}-${id.slice(-3)}.jpg`,
    name: `${name}-${id.slice(-3)}.jpg`,
    size: { width, height },
    orientation: 1,
    sizeBytes: 182_000,
    format: 'jpeg',
    sha256: String(at).padStart(64, '0'),
    changed: first && situation === 'changed',
    problem: first && situation === 'problem' ? 'corrupt' : null,
    state: state ?? 'unseen',
    annotationCount: state === 'unseen' ? 0 : 1 + (at % 6),
    unreviewedCount: state === 'in-work' ? 1 : 0,
    tags: at % 4 === 1 ? ['night', 'hard'] : [],
    suggestions: at % 3 === 2 ? [{ tag: 'crowded', fact: 'edge-density', value: 0.42, threshold: 0.3 }] : [],
    lowestScore: state === 'unseen' ? null : 0.71,
    display: 'whole',
    modifiedAt: '2026-11-20T10:00:00.000Z',
  };
}

function modelOf(situation: FakeSituation): ModelState {
  const downloading = situation === 'downloading';
  const missing = situation === 'missing-model';
  return {
    id: modelId,
    title: 'SAM 2 Hiera tiny',
    licence: 'Apache-2.0',
    family: 'sam2',
    isDefault: true,
    status: downloading ? 'downloading' : missing ? 'missing' : 'ready',
    progress: downloading ? { doneBytes: 61_300_000, totalBytes: 148_000_000 } : null,
    problem: null,
  };
}

function problem(code: string, status: number, message: string): CalqueError {
  return CalqueError.fromJSON({ code, message, remedy: 'This is the fake server.', details: { status } });
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
