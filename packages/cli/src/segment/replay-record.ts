import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  boxFromArray,
  countsFromString,
  decodeRle,
  type PredictionRecord,
  type Prompt,
  type Rle,
  rleIou,
} from '@calque/core';
import {
  type EncodedImage,
  type Engine,
  type EngineInfo,
  imageMissing,
  type Prediction,
} from '@calque/engine';
import type { EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import {
  replayDiffers,
  replayImageChanged,
  replayModelChanged,
  replayModelOther,
  withRemedy,
} from '../errors.ts';
import { formatMs, formatScore } from '../output/format-values.ts';
import { printableText } from '../printable-text.ts';
import { hashImage } from './hash-image.ts';
import { withEngine } from './open-engine.ts';
import { type ReadRecord, readRecord } from './read-record.ts';

/** Below this the same image and model gave another mask. Other processors and providers round differently. */
export const REPLAY_LEAST_IOU = 0.99;

export interface ReplaySettings {
  readonly record: string;
  readonly image?: string;
  readonly engine: EngineFlags;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What a replay found; printed as it is with --json. */
interface Replay {
  readonly record: string;
  readonly image: string;
  readonly imageChanged: boolean;
  readonly modelChanged: boolean;
  readonly model: string;
  readonly provider: { readonly recorded: string; readonly now: string };
  readonly iou: number;
  readonly areaPx: { readonly recorded: number; readonly now: number };
  readonly score: { readonly recorded: number; readonly now: number };
  readonly timingsMs: { readonly encode: number; readonly decode: number };
}

export async function replayRecord(context: CliContext, settings: ReplaySettings): Promise<void> {
  const recordFile = path.resolve(context.cwd, settings.record);
  const read = await readRecord(recordFile, settings.record);
  const image = locateImage(context, settings, read);
  const sha256 = await hashImage(image, image, context.signal);
  const flags = { ...settings.engine, model: settings.engine.model ?? read.record.model.id };
  const replay = await withEngine(context, { flags, quiet: settings.quiet }, async ({ engine }) =>
    compute(engine, { context, settings, read, image, sha256 }),
  );
  context.stdout.write(settings.json ? `${JSON.stringify(replay, null, 2)}\n` : replayText(replay));
  judge(replay, read.record);
}

function locateImage(
  { cwd }: CliContext,
  { image, record: given }: ReplaySettings,
  read: ReadRecord,
): string {
  if (image !== undefined) return path.resolve(cwd, image);
  const recorded = read.record.image.path;
  const folder = path.dirname(path.resolve(cwd, given));
  const relative = read.imageFromRecord === null ? [] : [path.resolve(folder, read.imageFromRecord)];
  const places = [...new Set([...relative, path.resolve(cwd, recorded), path.resolve(folder, recorded)])];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw withRemedy(
      imageMissing(recorded),
      `Looked at ${places.join(' and ')}. Say where it is now with --image FILE`,
    );
  }
  return found;
}

interface ComputeParts {
  readonly context: CliContext;
  readonly settings: ReplaySettings;
  readonly read: ReadRecord;
  readonly image: string;
  readonly sha256: string;
}

async function compute(
  engine: Engine,
  { context, settings, read, image, sha256 }: ComputeParts,
): Promise<Replay> {
  const { signal } = context;
  const { record } = read;
  const encoded = await engine.encode({ kind: 'file', path: image }, { signal });
  checkSize(encoded, record);
  const prediction = await engine.decode(
    encoded,
    { prompt: promptOf(record), choose: record.chosen, postprocess: record.postprocess },
    { signal },
  );
  const { model } = await engine.start({ signal });
  return {
    record: settings.record,
    image,
    imageChanged: sha256 !== record.image.sha256,
    modelChanged: !sameFiles(model, record),
    model: model.id,
    provider: { recorded: record.model.provider, now: model.provider },
    ...comparison(read.mask, record, prediction),
    timingsMs: { encode: encoded.timingsMs.encode, decode: prediction.timingsMs.decode },
  };
}

/** Prompt and mask are in pixels of the recorded size: on another one they mean nothing. */
function checkSize({ image }: EncodedImage, record: PredictionRecord): void {
  const { width, height, path: recorded } = record.image;
  if (image.width === width && image.height === height) return;
  throw replayImageChanged(
    recorded,
    `${image.width} x ${image.height} pixels instead of ${width} x ${height}`,
  );
}

function promptOf({ prompt }: PredictionRecord): Prompt {
  return {
    box: prompt.box === null ? null : boxFromArray(prompt.box),
    points: prompt.points,
    mask:
      prompt.maskInput === null ? null : { kind: 'bitmap', bitmap: decodeRle(rleOf(prompt.maskInput.rle)) },
  };
}

function rleOf({ size: [height, width], counts }: PredictionRecord['mask']['rle']): Rle {
  return countsFromString(counts, { width, height });
}

function sameFiles(model: EngineInfo['model'], record: PredictionRecord): boolean {
  const hashes = (files: readonly { readonly sha256: string }[]): string =>
    files
      .map((file) => file.sha256)
      .sort()
      .join();
  return hashes(model.files) === hashes(record.model.files);
}

function comparison(recorded: Rle, { mask }: PredictionRecord, prediction: Prediction) {
  return {
    iou: rleIou(recorded, prediction.mask.rle),
    areaPx: { recorded: mask.areaPx, now: prediction.mask.areaPx },
    score: { recorded: mask.score, now: prediction.mask.score },
  };
}

function replayText({ iou, areaPx, score, provider, timingsMs, imageChanged, modelChanged }: Replay): string {
  const note = provider.now === provider.recorded ? '' : ` (recorded on ${provider.recorded})`;
  return [
    `IoU        ${floored(iou)}`,
    `area       ${areaPx.now} px, recorded ${areaPx.recorded} px`,
    `score      ${formatScore(score.now)}, recorded ${formatScore(score.recorded)}`,
    `image      ${imageChanged ? 'changed' : 'the same'}`,
    `model      ${modelChanged ? 'changed' : 'the same'}`,
    `provider   ${provider.now}${note}`,
    `times      encode ${formatMs(timingsMs.encode)} ms, decode ${formatMs(timingsMs.decode)} ms`,
    '',
  ]
    .map(printableText)
    .join('\n');
}

/** Cut, not rounded: 1.0000 means that the masks are equal. */
function floored(iou: number): string {
  return (Math.floor(iou * 10_000) / 10_000).toFixed(4);
}

function judge(
  { image, imageChanged, model: used, modelChanged, iou }: Replay,
  { model }: PredictionRecord,
): void {
  if (imageChanged) throw replayImageChanged(image, 'SHA-256 differs');
  if (used !== model.id) throw replayModelOther(model.id, used);
  if (modelChanged) throw replayModelChanged(model.id);
  if (iou < REPLAY_LEAST_IOU) throw replayDiffers(iou, REPLAY_LEAST_IOU);
}
