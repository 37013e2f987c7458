import {
  type EncodedImage,
  type Engine,
  type EngineInfo,
  imageChanged,
  type Prediction,
} from '@calque/engine';
import type { ResolvedModel } from '@calque/models/node';
import { withRemedy } from '../errors.ts';
import type { ResultRequest } from '../output/result-names.ts';
import { hashImage } from './hash-image.ts';
import type { PlannedImage, PlannedItem } from './image-plan.ts';
import { type CliRecord, makeRecord } from './make-record.ts';
import { requestKey } from './request-key.ts';
import type { SegmentOptions, SegmentRequest } from './segment-request.ts';

export interface RunParts {
  readonly engine: Engine;
  readonly model: ResolvedModel;
  readonly options: SegmentOptions;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Resolves to true when the results of the key exist already and the item is to be left out. */
  readonly isFinished: (item: PlannedItem, request: ResultRequest) => Promise<boolean>;
  /** What it rejects with is a failure of the item. */
  readonly onResult: (item: PlannedItem, result: RunResult) => Promise<void>;
  /** Rejects to end the run. */
  readonly onFailure: (item: PlannedItem, error: unknown) => Promise<void>;
}

export interface RunResult {
  readonly file: string;
  readonly record: CliRecord;
  readonly prediction: Prediction;
}

/** Decodes that are asked for ahead, so that the model works while results are written. */
const DECODES_AHEAD = 2;

/**
 * Answers every item, image by image: each image is read and encoded once, and the next one is encoded while the last
 * answers of the one before are written. Results come in the order of the plan.
 */
export async function runImages(images: readonly PlannedImage[], parts: RunParts): Promise<void> {
  const opening = new Map<PlannedImage, Promise<OpenedImage>>();
  const open = (image: PlannedImage): Promise<OpenedImage> => {
    const opened = opening.get(image) ?? openImage(image, parts);
    opening.set(image, opened);
    return opened;
  };
  try {
    for (const [i, image] of images.entries()) {
      const opened = await open(image);
      opening.delete(image);
      const following = images[i + 1];
      const prefetch = (): void => {
        if (following !== undefined) void open(following);
      };
      await answerItems(opened, { ...parts, prefetch });
      parts.signal.throwIfAborted();
    }
  } finally {
    // An image that is being opened hands on what is finished already: nothing may come after the end.
    await Promise.all(opening.values());
  }
}

interface OpenedImage {
  readonly image: PlannedImage;
  readonly todo: readonly KeyedItem[];
  readonly sha256: string;
  /** Never rejects. */
  readonly encoded: Promise<Outcome<EncodedImage>>;
}

interface KeyedItem {
  readonly item: PlannedItem;
  readonly key: string;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Never rejects: what is wrong with the image is the outcome of its encode. */
async function openImage(image: PlannedImage, parts: RunParts): Promise<OpenedImage> {
  try {
    const sha256 = await hashImage(image.items[0]?.path ?? image.file, image.file, parts.signal);
    const todo = await unfinishedItems(image, sha256, parts);
    const source = { kind: 'file', path: image.file } as const;
    const encoded =
      todo.length === 0
        ? Promise.resolve({ error: null })
        : outcomeOf(parts.engine.encode(source, { signal: parts.signal, lane: 'batch' }));
    return { image, todo, sha256, encoded };
  } catch (error) {
    const todo = image.items.map((item) => ({ item, key: '' }));
    return { image, todo, sha256: '', encoded: Promise.resolve({ error }) };
  }
}

async function unfinishedItems(
  image: PlannedImage,
  imageSha256: string,
  parts: RunParts,
): Promise<KeyedItem[]> {
  const todo: KeyedItem[] = [];
  for (const item of image.items) {
    const looked = await outcomeOf(lookUp(item, imageSha256, parts));
    if ('error' in looked) await parts.onFailure(item, looked.error);
    else if (!looked.value.finished) todo.push({ item, key: looked.value.key });
  }
  return todo;
}

async function lookUp(
  item: PlannedItem,
  imageSha256: string,
  { model, options, isFinished }: RunParts,
): Promise<{ readonly key: string; readonly finished: boolean }> {
  const request = await item.read();
  const { path, occurrence } = item;
  const key = requestKey({ path, imageSha256, model, options, request, occurrence });
  return { key, finished: await isFinished(item, { imagePath: path, id: request.id, key }) };
}

interface AnswerParts extends RunParts {
  readonly prefetch: () => void;
}

async function answerItems(opened: OpenedImage, parts: AnswerParts): Promise<void> {
  const encoded = await opened.encoded;
  if ('error' in encoded) {
    parts.prefetch();
    for (const { item } of opened.todo) await parts.onFailure(item, encoded.error);
    return;
  }
  const ahead: (() => Promise<void>)[] = [];
  for (const [i, keyed] of opened.todo.entries()) {
    ahead.push(startAnswer({ opened, keyed, encoded: encoded.value, encodeShared: i > 0 }, parts));
    if (i === opened.todo.length - 1) parts.prefetch();
    if (ahead.length >= DECODES_AHEAD) await ahead.shift()?.();
    parts.signal.throwIfAborted();
  }
  for (const finish of ahead) await finish();
}

interface Answer {
  readonly opened: OpenedImage;
  readonly keyed: KeyedItem;
  readonly encoded: EncodedImage;
  readonly encodeShared: boolean;
}

/** Asks for the decode now; what is returned waits for it and hands the result on. */
function startAnswer(answer: Answer, parts: AnswerParts): () => Promise<void> {
  const { item } = answer.keyed;
  const decoding = outcomeOf(decodeItem(answer, parts));
  return async () => {
    const outcome = await decoding;
    const { file } = answer.opened.image;
    const handedOn =
      'error' in outcome ? outcome : await outcomeOf(parts.onResult(item, { file, ...outcome.value }));
    if ('error' in handedOn) await parts.onFailure(item, handedOn.error);
  };
}

async function decodeItem(answer: Answer, parts: AnswerParts): Promise<Omit<RunResult, 'file'>> {
  const { opened, keyed, encoded, encodeShared } = answer;
  if (encoded.image.sha256 !== opened.sha256)
    throw withRemedy(imageChanged(keyed.item.path), 'Run the command again');
  const request = await keyed.item.read();
  const { model }: EngineInfo = await parts.engine.start({ signal: parts.signal });
  const prediction = await parts.engine.decode(encoded, decodeRequest(request, parts.options), {
    signal: parts.signal,
    lane: 'batch',
  });
  const record = makeRecord({
    key: keyed.key,
    request,
    options: parts.options,
    path: keyed.item.path,
    encoded,
    encodeShared,
    prediction,
    model,
    createdAt: parts.now(),
  });
  return { record, prediction };
}

function decodeRequest(
  { box, points, maskInput }: SegmentRequest,
  { choose, postprocess, allMasks }: SegmentOptions,
): Parameters<Engine['decode']>[1] {
  const mask = maskInput === null ? null : ({ kind: 'bitmap', bitmap: maskInput.bitmap } as const);
  return { prompt: { box, points, mask }, choose, postprocess, allMasks };
}
