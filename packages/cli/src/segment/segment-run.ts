import path from 'node:path';
import { isCalqueError, promptEmpty } from '@calque/core';
import type { EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { linesFailed, promptsUnreadable, withRemedy } from '../errors.ts';
import { OrderedOutput } from '../output/ordered-output.ts';
import { OutputFolder } from '../output/output-folder.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { findOwn, isWhole, type ResultRequest } from '../output/result-names.ts';
import { candidateRows, segmentColumns, segmentRow } from '../output/segment-table.ts';
import { tableHead, tableRow } from '../output/text-table.ts';
import { writeText } from '../output/write-text.ts';
import { printableText } from '../printable-text.ts';
import { checkImageFile } from './hash-image.ts';
import type { PlannedImage, PlannedItem } from './image-plan.ts';
import type { CliRecord } from './make-record.ts';
import { withEngine } from './open-engine.ts';
import { type LineFault, openPrompts } from './prompts-file.ts';
import { type RunResult, runImages } from './run-images.ts';
import type { SegmentOptions, SegmentRequest } from './segment-request.ts';
import { resultEndings, writeResult } from './write-result.ts';

/** What `calque segment` was told, apart from the prompts. */
export interface SegmentSettings {
  readonly options: SegmentOptions;
  readonly engine: EngineFlags;
  /** Absolute; null: nothing is written. */
  readonly out: string | null;
  readonly json: boolean;
  readonly resume: boolean;
  readonly quiet: boolean;
}

/** One prompt on one image. Any failure is the command's. */
export async function segmentOne(
  context: CliContext,
  settings: SegmentSettings,
  { image, request }: { readonly image: string; readonly request: SegmentRequest },
): Promise<void> {
  if (request.box === null && request.points.length === 0 && request.maskInput === null) {
    throw withRemedy(promptEmpty(), 'Add --box x1,y1,x2,y2, --fg x,y, --mask-input FILE or --prompts FILE');
  }
  const file = path.resolve(context.cwd, image);
  await checkImageFile(image, file);
  const item: PlannedItem = { index: 0, line: null, path: image, occurrence: 0, read: async () => request };
  const run = new SegmentRun(context, settings, {
    images: [{ file, items: [item] }],
    faults: [],
    lineCount: 1,
  });
  await run.execute();
}

/** Every line of a prompts file. Lines that fail are reported and make the command fail in the end. */
export async function segmentMany(
  context: CliContext,
  settings: SegmentSettings,
  prompts: string,
): Promise<void> {
  const { cwd, stdin, signal } = context;
  const file = await openPrompts({ path: prompts, cwd, stdin, signal });
  try {
    if (file.lineCount === 0) throw promptsUnreadable(prompts, new Error('there is no line in it'));
    await new SegmentRun(context, settings, file).execute();
  } finally {
    await file.close();
  }
}

interface Plan {
  readonly images: readonly PlannedImage[];
  readonly faults: readonly LineFault[];
  readonly lineCount: number;
}

class SegmentRun {
  readonly #context: CliContext;
  readonly #settings: SegmentSettings;
  readonly #plan: Plan;
  readonly #output: OrderedOutput;
  readonly #columns: ReturnType<typeof segmentColumns>;
  readonly #failures: string[] = [];
  /** Revisions of the results that lay there when their requests were begun, by key. */
  readonly #earlier = new Map<string, string>();
  #progress: Progress | null = null;
  #folder: OutputFolder | null = null;
  #done = 0;
  #headPrinted = false;
  #lastName: string | null = null;

  constructor(context: CliContext, settings: SegmentSettings, plan: Plan) {
    this.#context = context;
    this.#settings = settings;
    this.#plan = plan;
    this.#output = new OrderedOutput((text) => this.#print(text));
    this.#columns = segmentColumns(imagePaths(plan.images));
  }

  async execute(): Promise<void> {
    const { stdout, stderr, now, signal } = this.#context;
    const { out } = this.#settings;
    const quiet = this.#settings.quiet || this.#plan.lineCount === 1;
    const total = this.#plan.lineCount;
    const onOneTerminal = stdout.isTTY === true;
    this.#progress = await startProgress({
      stream: stderr,
      title: 'segment',
      total,
      now,
      quiet,
      onOneTerminal,
    });
    try {
      this.#folder = out === null ? null : await OutputFolder.open(out, signal);
      for (const fault of this.#plan.faults) await this.#fail(fault, fault.error);
      if (this.#plan.images.length > 0) await this.#answer();
      await this.#folder?.confirm();
    } finally {
      await this.#folder?.close();
      this.#progress.stop();
      await this.#output.close();
    }
    this.#conclude();
  }

  async #answer(): Promise<void> {
    const { engine: flags, quiet, options } = this.#settings;
    const { signal, now } = this.#context;
    await withEngine(this.#context, { flags, quiet }, async ({ engine, model }) => {
      await runImages(this.#plan.images, {
        engine,
        model,
        options,
        signal,
        now,
        isFinished: (item, request) => this.#skipFinished(item, request),
        onResult: (item, result) => this.#succeed(item, result),
        onFailure: (item, error) => this.#fail(item, error),
      });
    });
  }

  async #skipFinished(item: PlannedItem, request: ResultRequest): Promise<boolean> {
    const { resume, out, options } = this.#settings;
    const own = out === null ? null : await findOwn(out, request);
    if (out === null || own === null) return false;
    this.#earlier.set(request.key, own.revision);
    const { record } = own;
    if (!resume || record === null) return false;
    const endings = resultEndings(options.allMasks ? record.candidates.map(({ index }) => index) : []);
    if (!(await isWhole(out, own.name, endings))) return false;
    await this.#report(item, record);
    return true;
  }

  async #succeed(item: PlannedItem, result: RunResult): Promise<void> {
    this.#context.signal.throwIfAborted();
    const { key } = result.record;
    if (this.#folder === null) return this.#report(item, result.record);
    const replaces = this.#earlier.get(key) ?? null;
    this.#earlier.delete(key);
    const { name, record } = await writeResult(this.#folder, { ...result, replaces });
    this.#lastName = name;
    await this.#report(item, record);
  }

  async #report(item: PlannedItem, record: CliRecord): Promise<void> {
    const text = this.#settings.json
      ? `${JSON.stringify(item.line === null ? record : { ...record, line: item.line })}\n`
      : this.#rows(record)
          .map((row) => tableRow(this.#columns, row))
          .join('');
    await this.#output.put(item.index, text);
    this.#advance(item.path);
  }

  #rows(record: CliRecord): readonly (readonly string[])[] {
    return [segmentRow(record), ...(this.#settings.options.allMasks ? candidateRows(record) : [])];
  }

  /** A line of its own fails alone; what would stop every other line as well stops the run. */
  async #fail(item: Pick<PlannedItem, 'index' | 'line'>, error: unknown): Promise<void> {
    this.#context.signal.throwIfAborted();
    if (item.line === null || !isCalqueError(error) || isFatal(error.code)) throw error;
    this.#progress?.line(printableText(`line ${item.line}: ${error.toLine()}`));
    this.#failures.push(error.code);
    await this.#output.put(item.index, null);
    this.#advance('');
  }

  #advance(detail: string): void {
    this.#done += 1;
    const failed = this.#failures.length === 0 ? '' : `, ${this.#failures.length} failed`;
    this.#progress?.update(this.#done, `${this.#done} of ${this.#plan.lineCount}${failed}  ${detail}`);
  }

  async #print(text: string): Promise<void> {
    const { stdout, signal } = this.#context;
    const head = this.#settings.json || this.#headPrinted ? '' : tableHead(this.#columns);
    this.#headPrinted = true;
    const write = (): Promise<void> => writeText(stdout, `${head}${text}`, signal);
    await (this.#progress?.aside(write) ?? write());
  }

  #conclude(): void {
    this.#sayWhere();
    const failed = this.#failures.length;
    if (failed === 0) return;
    const classes = new Set(this.#failures);
    const [code] = classes;
    throw linesFailed({
      failed,
      total: this.#plan.lineCount,
      canResume: this.#settings.out !== null,
      ...(classes.size === 1 && code !== undefined ? { code } : {}),
    });
  }

  #sayWhere(): void {
    const { out, json, quiet } = this.#settings;
    if (out === null || json || quiet || this.#lastName === null) return;
    const folder = path.relative(this.#context.cwd, out) || '.';
    const name = this.#plan.lineCount === 1 ? `${this.#lastName}.` : 'NAME.';
    const masks = this.#settings.options.allMasks ? 'mask.png,mask-N.png' : 'mask.png';
    const files = printableText(path.join(folder, name));
    this.#context.stderr.write(`written: ${files}{${masks},overlay.png,json}\n`);
  }
}

function* imagePaths(images: readonly PlannedImage[]): Generator<string> {
  for (const image of images) for (const item of image.items) yield item.path;
}

function isFatal(code: string): boolean {
  return code.startsWith('output-') || code.startsWith('model-') || code.startsWith('store-');
}
