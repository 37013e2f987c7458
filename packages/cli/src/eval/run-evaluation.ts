import { isCalqueError, rleArea } from '@calque/core';
import { type Engine, evaluateImage } from '@calque/engine';
import type { ResolvedModel } from '@calque/models/node';
import { hashImage } from '../segment/hash-image.ts';
import type { EvaluationItem, TrueObject } from './evaluation-item.ts';
import { imageKey } from './image-key.ts';
import type { LoggedImage } from './results-log.ts';

export interface RunParts {
  readonly engine: Engine;
  readonly model: ResolvedModel;
  readonly countClicks: boolean;
  readonly minAreaPx: number;
  readonly signal: AbortSignal;
  /** What an earlier run finished, by key. */
  readonly known: ReadonlyMap<string, LoggedImage>;
  /** Awaited before the next image begins. */
  readonly onImage: (image: FinishedImage) => Promise<void>;
  readonly onFailure: (item: EvaluationItem, error: unknown) => void;
  readonly onDecode: () => void;
}

export interface FinishedImage {
  readonly image: LoggedImage;
  readonly isNew: boolean;
}

interface PreparedImage {
  readonly key: string;
  readonly objects: readonly TrueObject[];
}

/** Every image in turn; the truth of the next one is read while the model works. An image that fails is passed over. */
export async function runEvaluation(items: readonly EvaluationItem[], parts: RunParts): Promise<void> {
  const { signal } = parts;
  let next = items[0] === undefined ? null : prepare(items[0], parts);
  for (const [i, item] of items.entries()) {
    const prepared = next;
    const following = items[i + 1];
    signal.throwIfAborted();
    try {
      const ready = await prepared;
      next = following === undefined ? null : prepare(following, parts);
      if (ready !== null) await parts.onImage(await finish(item, ready, parts));
    } catch (error) {
      if (!isCalqueError(error) || error.code.startsWith('output-')) throw error;
      parts.onFailure(item, error);
      if (next === prepared) next = following === undefined ? null : prepare(following, parts);
    }
  }
}

function prepare(item: EvaluationItem, parts: RunParts): Promise<PreparedImage> {
  const preparing = readWhatCounts(item, parts);
  // Awaited when its turn comes; until then a rejection is nobody's fault.
  preparing.catch(() => undefined);
  return preparing;
}

async function readWhatCounts(
  { dataset, name, file, readTruth }: EvaluationItem,
  { model, countClicks, minAreaPx, signal }: RunParts,
): Promise<PreparedImage> {
  const [image, truth] = await Promise.all([hashImage(name, file, signal), readTruth()]);
  const objects = truth.filter((object) => rleArea(object.truth) >= minAreaPx);
  return { key: imageKey({ model, dataset, name, image, objects, countClicks }), objects };
}

async function finish(
  { dataset, name, file }: EvaluationItem,
  { key, objects }: PreparedImage,
  { engine, model, known, countClicks, signal, onDecode }: RunParts,
): Promise<FinishedImage> {
  const earlier = known.get(key);
  if (earlier !== undefined) return { image: earlier, isNew: false };
  const logged = { key, model: model.manifest.id };
  if (objects.length === 0)
    return { image: { ...logged, runtimeMs: 0, decodes: 0, objects: [] }, isNew: true };
  const image = { dataset, name, source: { kind: 'file', path: file } as const, objects };
  const evaluation = await evaluateImage(engine, image, { countClicks, signal, onDecode });
  return { image: { ...logged, ...evaluation }, isNew: true };
}
