import path from 'node:path';
import { decodeRle } from '@calque/core';
import type { Prediction } from '@calque/engine';
import { encodeMaskPng } from '../output/encode-mask-png.ts';
import type { OutputFolder } from '../output/output-folder.ts';
import { renderOverlay } from '../output/render-overlay.ts';
import type { CliRecord } from './make-record.ts';

export interface Result {
  /** Absolute path of the image. */
  readonly file: string;
  readonly record: CliRecord;
  readonly prediction: Prediction;
  /** Revision of the results of the same request that are to be replaced, or null. */
  readonly replaces: string | null;
}

export interface WrittenResult {
  /** What the files have in common. */
  readonly name: string;
  /** The one that lies there: another's where another process finished the same request in the meantime. */
  readonly record: CliRecord;
}

/** Writes mask, overlay and record, all or none. They are made first, so that no other process waits for that. */
export async function writeResult(
  folder: OutputFolder,
  { file, record, prediction, replaces }: Result,
): Promise<WrittenResult> {
  const bitmap = decodeRle(prediction.mask.rle);
  const [mask, overlay, ...candidates] = await Promise.all([
    encodeMaskPng(bitmap),
    renderOverlay({ file, record, bitmap }),
    ...prediction.candidates.flatMap(candidateMask),
  ]);
  const indices = prediction.candidates.flatMap(({ index, mask }) => (mask === undefined ? [] : [index]));
  const endings = resultEndings(indices);
  const contents = [mask, ...candidates, overlay, recordText(folder.path, file, record)];
  const { name, taken } = await folder.publish({
    request: { imagePath: record.image.path, id: record.id, key: record.key },
    endings,
    filesFor: (name) => contents.map((bytes, i) => ({ name: `${name}.${endings[i]}`, bytes })),
    replaces,
  });
  return { name, record: taken ?? record };
}

/** What stands behind the name in the files of a result; `candidates`: those that have a mask of their own. */
export function resultEndings(candidates: readonly number[]): readonly string[] {
  // People count candidates from 1 on.
  return ['mask.png', ...candidates.map((index) => `mask-${index + 1}.png`), 'overlay.png', 'json'];
}

function candidateMask({ mask }: Prediction['candidates'][number]): Promise<Uint8Array>[] {
  return mask === undefined ? [] : [encodeMaskPng(decodeRle(mask.rle))];
}

/** A replay finds the image again where record and image moved together, from whatever folder it is started. */
function recordText(folder: string, file: string, record: CliRecord): string {
  const imageFromRecord = path.relative(folder, file).replaceAll(path.sep, '/');
  return `${JSON.stringify({ ...record, imageFromRecord }, null, 2)}\n`;
}
