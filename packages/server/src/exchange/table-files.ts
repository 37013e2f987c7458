import {
  type BoxXyxy,
  type BoxXyxyArray,
  boxToArray,
  countsToString,
  decodeRle,
  type ExchangeImage,
  type ExchangeObject,
  type FormatFault,
  formatInvalid,
  isCalqueError,
  measureMask,
  type PredictionRecord,
  parseRecordWithMask,
  RECORD_SCHEMA_VERSION,
  type RecordedRle,
} from '@calque/core';
import type { CollectedImage, CollectedObject } from './collect-objects.ts';
import type { ReadFormat, WriteFormat, WriteOptions } from './format-files.ts';

const COLUMNS = [
  'image',
  'width',
  'height',
  'object',
  'label',
  'review',
  'reason',
  'model',
  'prompt_box',
  'foreground_points',
  'background_points',
  'edited',
  'score',
  'stability',
  'area_px',
  'area_ratio',
  'perimeter_px',
  'x1',
  'y1',
  'x2',
  'y2',
  'components',
  'holes',
  'decode_ms',
  'total_ms',
] as const;

/** RFC 4180 with a header: a line an object, numbers with a point, lengths in pixels, the box half-open. */
export const writeCsvFiles: WriteFormat = async function* ({ images }) {
  const rows = images.flatMap((image) => image.objects.map((object) => rowOf(image, object)));
  const lines = [COLUMNS, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`);
  yield { path: 'measures.csv', content: lines.join('') };
};

type Cell = string | number | null;

function rowOf({ path, size }: CollectedImage, object: CollectedObject): Cell[] {
  const { annotation, answer, mask } = object;
  const measures = measureMask(decodeRle(mask));
  const { box, points } = annotation.prompt;
  const enabled = points.filter((point) => point.enabled);
  const of = (label: string): number => enabled.filter((point) => point.label === label).length;
  const { x1 = null, y1 = null, x2 = null, y2 = null } = measures.box ?? {};
  return [
    path,
    size.width,
    size.height,
    object.name,
    object.label,
    annotation.review.status,
    annotation.review.status === 'rejected' ? annotation.review.reason : null,
    answer?.model.id ?? null,
    box === null ? null : boxToArray(box).join(' '),
    of('foreground'),
    of('background'),
    object.isEdited ? 'yes' : 'no',
    object.score,
    object.stability,
    measures.areaPx,
    measures.areaPx / (size.width * size.height),
    measures.perimeterPx,
    x1,
    y1,
    x2,
    y2,
    measures.components,
    measures.holes,
    answer?.timingsMs.decode ?? null,
    answer?.timingsMs.total ?? null,
  ];
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function cellOf(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A record (docs/record.md) a line, with name and label of the object; those without an answer of a model have none. */
export const writeRecordFiles: WriteFormat = async function* ({ images }, options) {
  const lines: string[] = [];
  for (const image of images) {
    for (const object of image.objects) {
      const record = await recordOf(image, object, options);
      if (record === null)
        options.note(
          `${image.path}: ${object.name || 'an object'} has no record: its mask was painted or imported`,
        );
      else lines.push(`${JSON.stringify(record)}\n`);
    }
  }
  yield { path: 'records.jsonl', content: lines.join('') };
};

type ObjectRecord = PredictionRecord & {
  readonly object: { readonly name: string; readonly label: string | null };
};

async function recordOf(
  { image, size, path }: CollectedImage,
  object: CollectedObject,
  { version, storedMask }: WriteOptions,
): Promise<ObjectRecord | null> {
  const { annotation, answer, mask, isEdited } = object;
  const chosen = answer?.candidates[object.candidate];
  if (answer === null || chosen === undefined || isEdited) return null;
  const { box, ...measures } = measureMask(decodeRle(mask));
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    id: annotation.id,
    image: { path, sha256: answer.imageSha256, ...size, orientation: image.orientation ?? 1 },
    model: { ...answer.model, provider: answer.provider },
    prompt: {
      box: arrayOf(answer.prompt.box),
      points: answer.prompt.points,
      maskInput: await maskInputOf(answer.prompt.maskId, storedMask),
    },
    candidates: answer.candidates.map((candidate) => ({
      index: candidate.index,
      score: candidate.score,
      stability: candidate.stability,
      areaPx: candidate.areaPx,
      box: arrayOf(candidate.box),
    })),
    chosen: object.candidate,
    postprocess: annotation.postprocess,
    mask: {
      rle: recordedRle(mask),
      ...measures,
      box: arrayOf(box),
      score: chosen.score,
      stability: chosen.stability,
    },
    timingsMs: { ...answer.timingsMs, cache: answer.cache },
    software: { name: 'calque', version },
    createdAt: answer.createdAt,
    object: { name: object.name, label: object.label },
  };
}

/** The mask prompt whole, so that a replay needs no other file; it has no file that could be named. */
async function maskInputOf(
  maskId: string | null,
  storedMask: WriteOptions['storedMask'],
): Promise<PredictionRecord['prompt']['maskInput']> {
  const stored = maskId === null ? null : await storedMask(maskId);
  if (maskId === null || stored === null) return null;
  return { path: '', sha256: maskId, rle: { size: [stored.size[0], stored.size[1]], counts: stored.counts } };
}

function recordedRle(mask: ExchangeObject['mask']): RecordedRle {
  return { size: [mask.size.height, mask.size.width], counts: countsToString(mask) };
}

function arrayOf(box: BoxXyxy | null): BoxXyxyArray | null {
  return box === null ? null : boxToArray(box);
}

export const readRecordFiles: ReadFormat = async ({ paths, read }) => {
  const images = new Map<string, ExchangeImage & { readonly objects: ExchangeObject[] }>();
  const faults: FormatFault[] = [];
  for (const path of paths.filter((name) => /\.jsonl?$/.test(name))) {
    const lines = (await read(path)).toString('utf8').split(/\r?\n/);
    for (const [index, line] of lines.entries()) {
      if (line.trim() !== '') readLine(line, `${path}: line ${index + 1}`, images, faults);
    }
  }
  return { labels: [], images: [...images.values()], faults };
};

function readLine(
  line: string,
  place: string,
  images: Map<string, ExchangeImage & { readonly objects: ExchangeObject[] }>,
  faults: FormatFault[],
): void {
  try {
    const value = JSON.parse(line) as {
      readonly object?: { readonly name?: unknown; readonly label?: unknown };
    };
    const { record, mask } = parseRecordWithMask(value);
    const { path } = record.image;
    const image = images.get(path) ?? { path, size: mask.size, objects: [] };
    const { name, label } = value.object ?? {};
    image.objects.push({
      name: typeof name === 'string' ? name : '',
      label: typeof label === 'string' ? label : null,
      score: record.mask.score,
      mask,
    });
    images.set(path, image);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !isCalqueError(error)) throw error;
    faults.push({ place, problem: error.message, expected: 'a record (docs/record.md)' });
  }
}

export const refuseCsv: ReadFormat = async ({ paths }) => {
  throw formatInvalid('CSV', paths[0] ?? 'the file', 'measures', 'masks: a table of measures holds none');
};
