import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type MeasuredObject, measuredRecord, type Prompt, rleIou } from '@calque/core';
import type { Prediction } from '@calque/engine';
import { measuresTable } from '@calque/report';
import type { EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { noPromptForImage, outputFailed } from '../errors.ts';
import { terminalTable } from '../output/terminal-table.ts';
import { writeText } from '../output/write-text.ts';
import { hashImage } from '../segment/hash-image.ts';
import { type CliRecord, makeRecord } from '../segment/make-record.ts';
import { withEngine } from '../segment/open-engine.ts';
import { openPrompts } from '../segment/prompts-file.ts';
import type { SegmentRequest } from '../segment/segment-request.ts';
import { renderGrid } from './render-grid.ts';

export interface CompareSettings {
  readonly image: string;
  /** The prompt of the command line; null where there is a prompts file. */
  readonly request: SegmentRequest | null;
  readonly prompts: string | null;
  /** In this order; undefined is the default model. */
  readonly models: readonly (string | undefined)[];
  readonly out: string | null;
  readonly language: 'en' | 'fr';
  readonly engine: Omit<EngineFlags, 'model'>;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A prompt answered by a model. */
export interface ComparedAnswer {
  readonly prompt: string;
  readonly model: string;
  readonly record: CliRecord;
  readonly prediction: Prediction;
  /** With the first model's mask for the same prompt. */
  readonly iouWithFirst: number;
}

export async function compareModels(context: CliContext, settings: CompareSettings): Promise<void> {
  const file = path.resolve(context.cwd, settings.image);
  await hashImage(settings.image, file, context.signal);
  const requests = await readRequests(context, settings, file);
  const answers: ComparedAnswer[] = [];
  for (const id of settings.models)
    answers.push(...(await answersOf(id, requests, answers, { context, settings, file })));
  const picture = pictureFile(context, settings);
  if (picture !== null) {
    const grid = await renderGrid(file, answers);
    await writeFile(picture, grid).catch((error: unknown) => {
      throw outputFailed(picture, error);
    });
  }
  const text = settings.json
    ? `${JSON.stringify(factsOf(answers), null, 2)}\n`
    : tableOf(answers, settings.language);
  await writeText(context.stdout, text, context.signal);
}

function pictureFile({ cwd }: CliContext, { image, out, json }: CompareSettings): string | null {
  if (out !== null) return path.resolve(cwd, out);
  return json ? null : path.resolve(cwd, `${path.parse(image).name}.compare.png`);
}

async function readRequests(
  { cwd, stdin, signal }: CliContext,
  { image, request, prompts }: CompareSettings,
  file: string,
): Promise<readonly SegmentRequest[]> {
  if (prompts === null) return request === null ? [] : [request];
  const opened = await openPrompts({ path: prompts, cwd, stdin, signal });
  try {
    const [fault] = opened.faults;
    if (fault !== undefined) throw fault.error;
    const items = opened.images
      .filter((planned) => planned.file === file)
      .flatMap((planned) => planned.items);
    if (items.length === 0) throw noPromptForImage(prompts, image);
    return await Promise.all(items.map((item) => item.read()));
  } finally {
    await opened.close();
  }
}

interface AnswerParts {
  readonly context: CliContext;
  readonly settings: CompareSettings;
  readonly file: string;
}

async function answersOf(
  id: string | undefined,
  requests: readonly SegmentRequest[],
  first: readonly ComparedAnswer[],
  { context, settings, file }: AnswerParts,
): Promise<ComparedAnswer[]> {
  const { signal, now } = context;
  const flags = id === undefined ? settings.engine : { ...settings.engine, model: id };
  return withEngine(context, { flags, quiet: settings.quiet }, async ({ engine }) => {
    const { model } = await engine.start({ signal });
    const encoded = await engine.encode({ kind: 'file', path: file }, { signal });
    const asked = requests.map(({ box, points }) => ({
      prompt: { box, points, mask: null } satisfies Prompt,
    }));
    const predictions = await engine.decodeMany(encoded, asked, { signal });
    return predictions.map((prediction, i): ComparedAnswer => {
      const request = requests[i] as SegmentRequest;
      const record = makeRecord({
        key: '',
        request,
        options: { choose: 'best', allMasks: false, postprocess: {} },
        path: settings.image,
        encoded,
        encodeShared: i > 0,
        prediction,
        model,
        createdAt: now(),
      });
      const reference = first[i]?.prediction.mask.rle ?? prediction.mask.rle;
      const iouWithFirst = rleIou(prediction.mask.rle, reference);
      return { prompt: String(request.id ?? i + 1), model: model.id, record, prediction, iouWithFirst };
    });
  });
}

function measuredAnswer({ prompt, record }: ComparedAnswer): MeasuredObject {
  return { ...measuredRecord(record), object: prompt };
}

const AGREEMENT = { en: 'IoU with first', fr: 'IoU avec le premier' } as const;

function tableOf(answers: readonly ComparedAnswer[], language: 'en' | 'fr'): string {
  const table = measuresTable(answers.map(measuredAnswer), { language, calibration: null });
  return terminalTable(
    {
      columns: [...table.columns, { heading: AGREEMENT[language], decimals: 3 }],
      rows: table.rows.map((row, i) => [...row, answers[i]?.iouWithFirst ?? null]),
    },
    language,
  );
}

function factsOf(answers: readonly ComparedAnswer[]) {
  return answers.map(({ prompt, record: { key: _, ...record }, iouWithFirst }) => ({
    prompt,
    iouWithFirst,
    record,
  }));
}
