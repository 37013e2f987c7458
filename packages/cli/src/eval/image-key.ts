import { createHash } from 'node:crypto';
import { countsToString } from '@calque/core';
import type { ResolvedModel } from '@calque/models/node';
import type { TrueObject } from './evaluation-item.ts';

/** Changes when the same inputs give other results: part of every key. */
const PROTOCOL = 1;

export interface KeyParts {
  readonly model: ResolvedModel;
  readonly dataset: string;
  readonly name: string;
  /** SHA-256 of the image file. */
  readonly image: string;
  readonly objects: readonly TrueObject[];
  readonly countClicks: boolean;
}

/** Names what an evaluation depends on by its content. Hexadecimal. */
export function imageKey({ model, objects, ...rest }: KeyParts): string {
  const parts = {
    protocol: PROTOCOL,
    model: [model.manifest.id, model.encoder.sha256, model.decoder.sha256],
    ...rest,
    objects: objects.map(({ object, label, truth }) => [object, label, truth.size, countsToString(truth)]),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
