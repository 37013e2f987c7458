import path from 'node:path';
import { decodeRle } from '@calque/core';
import type { Prediction } from '@calque/engine';
import { type NewFile, writeFilesAtomically } from '../output/atomic-files.ts';
import { claimName } from '../output/claim-name.ts';
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
  const claim = await claimName(folder, record.image.path, record.key);
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
