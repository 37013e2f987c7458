import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DeepReadonly, ReportJob, ReportRequest, ServerEvent } from '@calque/api';
import type { PredictionRecord } from '@calque/core';
import { builtInTemplate, type StudyEnvironment } from '@calque/report';
import PQueue from 'p-queue';
import type { Dataset } from '../datasets/dataset.ts';
import { reportUnknown } from '../errors.ts';
import { makeReport } from './make-report.ts';
import type { ReportProgress } from './report-progress.ts';
import { baseNameOf, writeReport } from './write-report.ts';

export interface ReportMakerParts {
  readonly tell: (event: ServerEvent) => void;
  readonly software: PredictionRecord['software'];
  /** Looks at the machine; null: reports say that nobody did. */
  readonly examine: ((signal: AbortSignal) => Promise<StudyEnvironment>) | null;
  readonly now?: () => Date;
}

interface Held {
  job: ReportJob;
  readonly controller: AbortController;
}

/** Jobs that are remembered, finished ones among them. */
const KEPT = 20;
/** Progress is told in so many steps, not picture by picture. */
const STEPS = 50;

/** Makes reports one after the other, and tells how far each is. A finished one lies in the dataset's state folder. */
export class ReportMaker {
  readonly #parts: ReportMakerParts;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #held = new Map<string, Held>();

  constructor(parts: ReportMakerParts) {
    this.#parts = parts;
  }

  /** At once: the report is made in the background. */
  start(dataset: Dataset, request: DeepReadonly<ReportRequest>): ReportJob {
    const now = (this.#parts.now ?? (() => new Date()))();
    const job: ReportJob = {
      ...request,
      id: randomUUID(),
      datasetId: dataset.id,
      state: 'running',
      progress: 0,
      problem: null,
      path: null,
      authorPath: null,
      missingPictures: 0,
      startedAt: now.toISOString(),
    };
    const held: Held = { job, controller: new AbortController() };
    this.#held.set(job.id, held);
    this.#forgetOldest();
    void this.#queue.add(() => this.#run(dataset, held, now));
    return job;
  }

  /** Rejects with `report-unknown`. */
  job(dataset: Dataset, id: string): ReportJob {
    return this.#find(dataset, id).job;
  }

  /** Does nothing to one that has ended. */
  cancel(dataset: Dataset, id: string): void {
    this.#find(dataset, id).controller.abort(new DOMException('the report was cancelled', 'AbortError'));
  }

  /** Gives up what is being made. */
  async close(): Promise<void> {
    for (const { controller } of this.#held.values())
      controller.abort(new DOMException('the server ends', 'AbortError'));
    await this.#queue.onIdle();
  }

  #find(dataset: Dataset, id: string): Held {
    const held = this.#held.get(id);
    if (held === undefined || held.job.datasetId !== dataset.id) throw reportUnknown(id);
    return held;
  }

  #forgetOldest(): void {
    for (const [id, { job }] of this.#held) {
      if (this.#held.size <= KEPT) return;
      if (job.state !== 'running') this.#held.delete(id);
    }
  }

  async #run(dataset: Dataset, held: Held, now: Date): Promise<void> {
    const { signal } = held.controller;
    try {
      signal.throwIfAborted();
      this.#tell(held, await this.#make(dataset, held, now));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#tell(held, signal.aborted ? { state: 'cancelled' } : { state: 'failed', problem });
    }
  }

  async #make(dataset: Dataset, held: Held, now: Date): Promise<Partial<ReportJob>> {
    const { language, format, template } = held.job;
    const { software, examine } = this.#parts;
    const { signal } = held.controller;
    const path = join(dataset.stateFolder, 'report', `${template}.${language}.${format}`);
    const environment = examine === null ? null : await examine(signal);
    const made = await makeReport(dataset, {
      language,
      format,
      template: { name: template, source: builtInTemplate(template, language), file: template },
      environment,
      software,
      now,
      baseName: baseNameOf(path),
      earlier: null,
      signal,
      onProgress: (progress) => this.#tellProgress(held, progress),
    });
    signal.throwIfAborted();
    await writeReport(path, dataset.root, made);
    const { authorPath, failures } = made;
    return { state: 'done', progress: 1, path, authorPath, missingPictures: failures.length };
  }

  #tellProgress(held: Held, { stage, done, total }: ReportProgress): void {
    const [from, until] = SPANS[stage];
    const progress = Math.floor(STEPS * (from + ((until - from) * done) / Math.max(1, total))) / STEPS;
    if (progress > held.job.progress) this.#tell(held, { progress });
  }

  #tell(held: Held, change: Partial<ReportJob>): void {
    held.job = { ...held.job, ...change };
    this.#parts.tell({ type: 'report', job: held.job });
  }
}

const SPANS: Readonly<Record<ReportProgress['stage'], readonly [from: number, until: number]>> = {
  examine: [0, 0.1],
  gather: [0.1, 0.35],
  draw: [0.35, 0.9],
  typeset: [0.9, 0.98],
};
