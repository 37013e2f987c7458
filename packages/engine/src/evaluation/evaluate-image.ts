import {
  boundaryOfMask,
  type CandidateOutcome,
  CLICK_GOALS,
  type ClickRun,
  chosenOf,
  decodeRle,
  MAX_CLICKS,
  maskIou,
  nextClick,
  type ObjectEvaluation,
  type PromptOutcome,
  type PromptPoint,
  type Rle,
  rleArea,
  rleIou,
  TRUTH_PROMPTS,
  type TruthPrompt,
  truthPrompts,
} from '@calque/core';
import type {
  CallOptions,
  DecodeRequest,
  EncodedImage,
  Engine,
  ImageSource,
  Prediction,
} from '../contract.ts';
import { truthOfOtherSize } from '../errors.ts';

/** An image and the true masks of its objects, which have at least one pixel each. */
export interface EvaluatedImage {
  readonly dataset: string;
  /** As results name it. */
  readonly name: string;
  readonly source: ImageSource;
  readonly objects: readonly {
    readonly object: number;
    readonly label: string | null;
    readonly truth: Rle;
  }[];
}

export interface EvaluateOptions extends CallOptions {
  /** Whether clicks are placed until the IoU is high enough: the longest part of it all. */
  readonly countClicks: boolean;
  /** Called after every answered prompt. */
  readonly onDecode?: () => void;
}

export interface ImageEvaluation {
  readonly objects: readonly ObjectEvaluation[];
  /** Milliseconds in the runtime itself: running the encoder's and the decoder's graph. */
  readonly runtimeMs: number;
  readonly decodes: number;
}

/**
 * Encodes an image, answers the prompts that its truth gives, and compares. The parts that do not run in the engine are done
 * while it works on the next prompt. Rejects as `encode` and `decodeMany` do, or with `evaluation-truth-size`.
 */
export async function evaluateImage(
  engine: Engine,
  image: EvaluatedImage,
  options: EvaluateOptions,
): Promise<ImageEvaluation> {
  const { signal } = options;
  const encoded = await engine.encode(image.source, {
    lane: 'batch',
    ...(signal === undefined ? {} : { signal }),
  });
  const run = new EvaluationRun(engine, encoded, options);
  const works = image.objects.map(({ object, label, truth }): ObjectWork => {
    checkSize(image.name, truth, encoded);
    return { object, label, truth, prompts: truthPromptsOf(truth) };
  });
  const answered = await run.answerPrompts(works);
  if (options.countClicks) await run.countClicks(answered);
  return {
    objects: answered.map(({ object, label, truth, outcomes, clicks }) => ({
      dataset: image.dataset,
      image: image.name,
      object,
      label,
      areaPx: rleArea(truth),
      prompts: outcomes as Record<TruthPrompt, PromptOutcome>,
      clicks: options.countClicks ? { ious: clicks.ious } : null,
    })),
    runtimeMs: run.runtimeMs + encoded.timingsMs.encode,
    decodes: run.decodes,
  };
}

type TruthPrompts = NonNullable<ReturnType<typeof truthPrompts>>;

interface ObjectWork {
  readonly object: number;
  readonly label: string | null;
  readonly truth: Rle;
  readonly prompts: TruthPrompts;
}

interface AnsweredObject extends ObjectWork {
  readonly outcomes: Partial<Record<TruthPrompt, PromptOutcome>>;
  readonly clicks: { points: readonly PromptPoint[]; readonly ious: number[]; mask: Rle | null };
}

function truthPromptsOf(truth: Rle): TruthPrompts {
  const prompts = truthPrompts(decodeRle(truth));
  if (prompts === null) throw new Error('an object to be evaluated has no pixels');
  return prompts;
}

function checkSize(name: string, { size }: Rle, { image }: EncodedImage): void {
  if (size.width !== image.width || size.height !== image.height) throw truthOfOtherSize(name, size, image);
}

/** What is done with one image, and what the runtime took for it. */
class EvaluationRun {
  readonly #engine: Engine;
  readonly #image: EncodedImage;
  readonly #options: EvaluateOptions;
  runtimeMs = 0;
  decodes = 0;

  constructor(engine: Engine, image: EncodedImage, options: EvaluateOptions) {
    this.#engine = engine;
    this.#image = image;
    this.#options = options;
  }

  async answerPrompts(works: readonly ObjectWork[]): Promise<AnsweredObject[]> {
    const objects = works.map((work): AnsweredObject => {
      return { ...work, outcomes: {}, clicks: { points: work.prompts.click.points, ious: [], mask: null } };
    });
    const asked = objects.flatMap((object) => TRUTH_PROMPTS.map((kind) => ({ object, kind })));
    const requests = asked.map(({ object, kind }) => ({ prompt: object.prompts[kind], allMasks: true }));
    await this.#decode(requests, (prediction, i) => {
      const { object, kind } = asked[i] as (typeof asked)[number];
      const outcome = compareCandidates(prediction, object.truth);
      object.outcomes[kind] = outcome;
      if (kind !== 'click') return;
      object.clicks.ious.push(chosenOf(outcome).iou);
      object.clicks.mask = prediction.mask.rle;
    });
    return objects;
  }

  /** Two parts of the objects take turns: the clicks of the one are placed while the other is decoded. */
  async countClicks(objects: readonly AnsweredObject[]): Promise<void> {
    const parts = [0, 1].map((part) => objects.filter((_, i) => i % 2 === part));
    await Promise.all(parts.map((part) => this.#clickRounds(part)));
  }

  async #clickRounds(objects: readonly AnsweredObject[]): Promise<void> {
    for (;;) {
      const open = objects.filter(placeNextClick);
      if (open.length === 0) return;
      const requests = open.map(({ clicks }) => ({
        prompt: { box: null, points: clicks.points, mask: null },
      }));
      await this.#decode(requests, (prediction, i) => {
        const { clicks, truth } = open[i] as AnsweredObject;
        clicks.mask = prediction.mask.rle;
        clicks.ious.push(rleIou(prediction.mask.rle, truth));
      });
    }
  }

  async #decode(
    requests: readonly DecodeRequest[],
    onPrediction: (prediction: Prediction, index: number) => void,
  ): Promise<void> {
    const { signal, onDecode } = this.#options;
    await this.#engine.decodeMany(this.#image, requests, {
      ...(signal === undefined ? {} : { signal }),
      onPrediction: (prediction, index) => {
        this.runtimeMs += prediction.timingsMs.decode;
        this.decodes++;
        onPrediction(prediction, index);
        onDecode?.();
      },
    });
  }
}

/** Whether the object needs one more click; it is then among its points. */
function placeNextClick({ truth, clicks }: AnsweredObject): boolean {
  if (isDone(clicks) || clicks.mask === null) return false;
  const click = nextClick(decodeRle(truth), decodeRle(clicks.mask), clicks.points);
  if (click === null) return false;
  clicks.points = [...clicks.points, click];
  return true;
}

function isDone({ ious }: ClickRun): boolean {
  return ious.length >= MAX_CLICKS || (ious.at(-1) ?? 0) >= CLICK_GOALS[1];
}

function compareCandidates({ candidates, chosen }: Prediction, truth: Rle): PromptOutcome {
  const boundary = boundaryOfMask(decodeRle(truth));
  const outcomes = candidates.map(({ score, stability, mask }): CandidateOutcome => {
    if (mask === undefined) throw new Error('a candidate came without its mask');
    const iou = rleIou(mask.rle, truth);
    return { score, stability, iou, boundaryIou: maskIou(boundaryOfMask(decodeRle(mask.rle)), boundary) };
  });
  const best = outcomes.reduce(
    (top, { iou }, i) => (iou > (outcomes[top] as CandidateOutcome).iou ? i : top),
    chosen,
  );
  return { chosen, best, candidates: outcomes };
}
