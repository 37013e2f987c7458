import path from 'node:path';
import { decodeRle } from '@calque/core';
import type { Prediction } from '@calque/engine';
import { type NewFile, writeFilesAtomically } from '../output/atomic-files.ts';
import { claimName, type ResultRequest } from '../output/claim-name.ts';
import { encodeMaskPng } from '../output/encode-mask-png.ts';
import { renderOverlay } from '../output/render-overlay.ts';
import type { CliRecord } from './make-record.ts';

export interface Result {
  /** Absolute path of the image. */
  readonly file: string;
  readonly record: CliRecord;
  readonly prediction: Prediction;
}

/** Writes mask, overlay and record, all or none, and resolves to their common name. */
export async function writeResult(folder: string, { file, record, prediction }: Result): Promise<string> {
  const claim = await claimName(folder, resultRequest(record.image.path, record.key, prediction.candidates));
  try {
    const bitmap = decodeRle(prediction.mask.rle);
    const [mask, candidates, overlay] = await Promise.all([
      encodeMaskPng(bitmap),
      candidateMasks(claim.name, prediction),
      renderOverlay({ file, record, bitmap }),
    ]);
    await writeFilesAtomically(folder, [
      { name: `${claim.name}.mask.png`, bytes: mask },
      ...candidates,
      { name: `${claim.name}.overlay.png`, bytes: overlay },
      { name: `${claim.name}.json`, bytes: recordText(folder, file, record) },
    ]);
    return claim.name;
  } finally {
    await claim.release();
  }
}

/** What is written for a prediction: a mask of its own for each candidate that has one. */
export function resultRequest(
  imagePath: string,
  key: string,
  candidates: readonly { readonly index: number; readonly mask?: unknown }[],
): ResultRequest {
  const masks = candidates.flatMap(({ index, mask }) =>
    mask === undefined ? [] : [`mask-${index + 1}.png`],
  );
  return { imagePath, key, endings: ['mask.png', ...masks, 'overlay.png', 'json'] };
}

/** A replay finds the image again where record and image moved together, from whatever folder it is started. */
function recordText(folder: string, file: string, record: CliRecord): string {
  const imageFromRecord = path.relative(folder, file).replaceAll(path.sep, '/');
  return `${JSON.stringify({ ...record, imageFromRecord }, null, 2)}\n`;
}

/** People count candidates from 1 on. */
async function candidateMasks(name: string, { candidates }: Prediction): Promise<NewFile[]> {
  return Promise.all(
    candidates.flatMap(({ index, mask }) =>
      mask === undefined
        ? []
        : [
            encodeMaskPng(decodeRle(mask.rle)).then((bytes) => ({
              name: `${name}.mask-${index + 1}.png`,
              bytes,
            })),
          ],
    ),
  );
}
