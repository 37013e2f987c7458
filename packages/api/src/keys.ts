import type { RecordedRle } from '@calque/core';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { DeepReadonly } from './client.ts';
import type { WirePrompt } from './schemas/prediction.ts';

/** What a prediction depends on. */
export interface Question {
  readonly imageSha256: string;
  readonly model: { readonly id: string; readonly files: readonly { readonly sha256: string }[] };
  readonly prompt: DeepReadonly<WirePrompt>;
}

/** Names a question to a model: equal for equal pixels' file, model files and prompt. Hexadecimal SHA-256. */
export function predictionKeyOf({ imageSha256, model, prompt }: Question): string {
  const { box, points, maskId } = prompt;
  return hashOf([
    imageSha256,
    model.id,
    model.files.map((file) => file.sha256),
    box === null ? null : [box.x1, box.y1, box.x2, box.y2],
    points.map(({ x, y, label }) => [x, y, label]),
    maskId,
  ]);
}

/** Names a mask by its pixels: equal for equal masks of equal size. Hexadecimal SHA-256. */
export function maskIdOf(rle: RecordedRle): string {
  return hashOf([rle.size[0], rle.size[1], rle.counts]);
}

function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(value))));
}
