import { createHash } from 'node:crypto';
import { boxToArray } from '@calque/core';
import type { ResolvedModel } from '@calque/models/node';
import type { SegmentOptions, SegmentRequest } from './segment-request.ts';

export interface KeyParts {
  readonly path: string;
  readonly imageSha256: string;
  readonly model: ResolvedModel;
  readonly request: SegmentRequest;
  readonly options: SegmentOptions;
  readonly occurrence: number;
}

/**
 * Sixteen hexadecimal digits that are equal when the same is asked of the same image and model again. Written into the
 * record: tells whose results lie under a name, and what a run that was stopped has done already.
 */
export function requestKey(parts: KeyParts): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(parts)))
    .digest('hex')
    .slice(0, 16);
}

/** What of a request does not depend on the image's content: equal lines of one input are told apart by their count. */
export function requestText(path: string, request: SegmentRequest): string {
  return JSON.stringify([path, ...requestFields(request)]);
}

function canonical({ path, imageSha256, model, request, options, occurrence }: KeyParts): unknown {
  return [
    path,
    imageSha256,
    model.manifest.id,
    model.encoder.sha256,
    model.decoder.sha256,
    ...requestFields(request),
    options.choose,
    options.allMasks,
    Object.entries(options.postprocess).sort(),
    occurrence,
  ];
}

function requestFields(request: SegmentRequest): unknown[] {
  return [
    request.id ?? null,
    request.box === null ? null : boxToArray(request.box),
    request.points.map(({ x, y, label }) => [x, y, label]),
    request.maskInput?.sha256 ?? null,
  ];
}
