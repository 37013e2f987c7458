import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError, type ObjectEvaluation, summariseEvaluation } from '@calque/core';
import type { EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { evaluationIncomplete, outputFailed, resultsExist } from '../errors.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { writeText } from '../output/write-text.ts';
import { withEngine } from '../segment/open-engine.ts';
import { EvaluationClock } from './evaluation-clock.ts';
import { type ModelEvaluation, writeEvaluation } from './evaluation-files.ts';
import type { EvaluationItem } from './evaluation-item.ts';
import { evaluationText } from './evaluation-text.ts';
import { readManifest } from './read-manifest.ts';
import { type LoggedImage, ResultsLog } from './results-log.ts';
import { runEvaluation } from './run-evaluation.ts';

export interface EvaluationSettings {
  readonly manifest: string;
  /** Folder of the images where it is not the manifest's. */
  readonly images: string | undefined;
  /** In this order; undefined is the default model. */
  readonly models: readonly (string | undefined)[];
  readonly out: string | null;
  readonly resume: boolean;
  readonly countClicks: boolean;
  readonly minAreaPx: number;
  /** Images at most; null: all. */
  readonly limit: number | null;
  readonly language: 'en' | 'fr';
  readonly engine: Omit<EngineFlags, 'model'>;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Evaluates every model on every image, prints the table, and with `out` writes tables, plots and results there. */
export async function printEvaluation(context: CliContext, settings: EvaluationSettings): Promise<void> {
  const { cwd, stdout, stderr, now, signal } = context;
  const { items: all, notes } = await readManifest(settings.manifest, { cwd, images: settings.images });
  const items = all.slice(0, settings.limit ?? all.length);
  const total = items.length * settings.models.length;
  const onOneTerminal = stdout.isTTY === true;
  const progress = await startProgress({
    stream: stderr,
    title: 'eval',
    total,
    now,
    quiet: settings.quiet,
    onOneTerminal,
  });
  const run = new EvaluationCommand(context, settings, { items, progress });
  try {
    for (const note of notes) progress.line(`calque: ${note}`);
    const models = await run.evaluate();
    progress.stop();
    if (settings.out !== null)
      await writeEvaluation(path.resolve(cwd, settings.out), models, settings.language);
    const facts = { countClicks: settings.countClicks, minAreaPx: settings.minAreaPx, models };
    const text = settings.json
      ? `${JSON.stringify(facts, null, 2)}\n`
      : evaluationText(models, settings.language);
    await writeText(stdout, text, signal);
    run.checkComplete(models);
  } finally {
    progress.stop();
  }
}

interface CommandParts {
  readonly items: readonly EvaluationItem[];
  readonly progress: Progress;
}

class EvaluationCommand {
  readonly #context: CliContext;
  readonly #settings: EvaluationSettings;
  readonly #items: readonly EvaluationItem[];
  readonly #progress: Progress;
  readonly #clock: EvaluationClock;
  #failed = 0;

  constructor(context: CliContext, settings: EvaluationSettings, { items, progress }: CommandParts) {
    this.#context = context;
    this.#settings = settings;
    this.#items = items;
    this.#progress = progress;
    this.#clock = new EvaluationClock(items.length * settings.models.length);
  }

  async evaluate(): Promise<ModelEvaluation[]> {
    const opened = await this.#openLog();
    const known = new Map(opened?.known.map((image) => [image.key, image]));
    try {
      const models: ModelEvaluation[] = [];
      for (const id of this.#settings.models)
        models.push(await this.#evaluateModel(id, known, opened?.log ?? null));
      return models;
    } finally {
      await opened?.log.close();
    }
  }

  checkComplete(models: readonly ModelEvaluation[]): void {
    if (this.#failed === 0) return;
    throw evaluationIncomplete(
      this.#failed,
      models.reduce((sum, { objects }) => sum + objects.length, 0),
    );
  }

  async #openLog(): Promise<Awaited<ReturnType<typeof ResultsLog.open>> | null> {
    const { out, resume } = this.#settings;
    if (out === null) return null;
    const folder = path.resolve(this.#context.cwd, out);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw outputFailed(folder, error);
    });
    const opened = await ResultsLog.open(folder);
    if (!resume && opened.known.length + opened.damaged > 0) {
      await opened.log.close();
      throw resultsExist(out);
    }
    if (opened.damaged > 0) {
      this.#progress.line(
        `calque: ${opened.damaged} damaged lines of ${out} do not count; their images are evaluated again`,
      );
    }
    return opened;
  }

  async #evaluateModel(
    id: string | undefined,
    known: ReadonlyMap<string, LoggedImage>,
    log: ResultsLog | null,
  ): Promise<ModelEvaluation> {
    const { engine: flags, quiet, countClicks, minAreaPx } = this.#settings;
    const { signal } = this.#context;
    const objects: ObjectEvaluation[] = [];
    const spent = { images: 0, decodes: 0, runtimeMs: 0, wallMs: 0 };
    const chosen = id === undefined ? flags : { ...flags, model: id };
    const name = await withEngine(this.#context, { flags: chosen, quiet }, async ({ engine, model }) => {
      await engine.start({ signal });
      let last = performance.now();
      await runEvaluation(this.#items, {
        engine,
        model,
        countClicks,
        minAreaPx,
        signal,
        known,
        onImage: async ({ image, isNew }) => {
          objects.push(...image.objects);
          if (isNew) await log?.add(image);
          const now = performance.now();
          if (isNew) {
            spent.images++;
            spent.decodes += image.decodes;
            spent.runtimeMs += image.runtimeMs;
            spent.wallMs += now - last;
          }
          last = now;
          this.#advance(model.manifest.id, isNew);
        },
        onFailure: (item, error) => {
          this.#failed++;
          last = performance.now();
          this.#progress.line(
            `calque: ${item.name}: ${isCalqueError(error) ? error.message : String(error)}`,
          );
          this.#advance(model.manifest.id, false);
        },
        onDecode: () => {
          this.#clock.decodes++;
          this.#tell(model.manifest.id);
        },
      });
      return model.manifest.id;
    });
    const share = spent.wallMs === 0 ? null : spent.runtimeMs / spent.wallMs;
    return {
      id: name,
      summary: summariseEvaluation(objects),
      spent: { ...spent, runtimeShare: share },
      objects,
    };
  }

  #advance(model: string, isNew: boolean): void {
    this.#clock.advance(isNew ? 'computed' : 'known');
    this.#tell(model);
  }

  #tell(model: string): void {
    this.#progress.update(this.#clock.done, `${model}  ${this.#clock.text()}`);
  }
}
