import {
  type Bitmap,
  createBitmap,
  encodeRunsAsRle,
  type LogitsSampler,
  type LogitsSummary,
  type MaskPrompt,
  measureRuns,
  type PostprocessOptions,
  type Prompt,
  postprocess,
  rowRunsOf,
  type Size,
  scanLogitsInto,
  validatePostprocessOptions,
} from '@calque/core';
import {
  adapterFor,
  type FamilyAdapter,
  type Fit,
  fitImage,
  type GraphNames,
  type InputSpec,
  indexOfHighestScore,
  type ModelPrompt,
  maskPromptLogits,
  type NamedTensors,
  type RawCandidate,
  samplerFor,
  toModelPoint,
} from '@calque/models';
import type { Candidate, DecodeRequest, MeasuredMask } from '../contract.ts';
import { candidateMissing, maskLogitsWrongSize } from '../errors.ts';
import type { DecodedPrompt } from '../service/backend.ts';
import type { DecoderSession } from './decoder-session.ts';

/** From a prompt and an embedding to measured masks. */
export class PromptDecoder {
  readonly #adapter: FamilyAdapter;
  readonly #input: InputSpec;
  readonly #session: DecoderSession;
  #lastSampler: LogitsSampler | undefined;

  constructor(graphs: GraphNames, input: InputSpec, session: DecoderSession) {
    this.#adapter = adapterFor(graphs);
    this.#input = input;
    this.#session = session;
  }

  /** Runs the measuring code on made-up logits until it is compiled, so that the first prompt is as fast as the others. */
  warmUp(): void {
    const fit = fitImage({ width: 900, height: 600 }, this.#input);
    const { width, height } = this.#input.logits;
    const logits = Float32Array.from(
      { length: width * height },
      (_, i) => 6 * Math.sin((i % width) / 9) * Math.cos(i / width / 7),
    );
    for (let round = 0; round < 3; round++) {
      const scanned = this.#scan([{ score: 0, logits }], 0, fit, {
        prompt: { box: null, points: [], mask: null },
      });
      describe({ score: 0, logits }, 0, scanned, {});
    }
  }

  async decode(embedding: NamedTensors, image: Size, request: DecodeRequest): Promise<DecodedPrompt> {
    const started = performance.now();
    const fit = fitImage({ width: image.width, height: image.height }, this.#input);
    const prompt = toModelPrompt(request.prompt, fit, this.#input);
    const outputs = await this.#session.run(
      this.#adapter.decoderFeeds(embedding, prompt, this.#input.logits),
      'decoding',
    );
    const raw = this.#adapter.candidatesFrom(outputs);
    const chosen = chooseCandidate(raw, request.choose ?? 'best');
    const decoded = performance.now();
    const scanned = this.#scan(raw, chosen, fit, request);
    const processed = performance.now();
    const candidates = raw.map((candidate, i) => describe(candidate, i, scanned, request));
    const mask = candidates[chosen]?.mask;
    if (mask === undefined) throw new Error('the chosen candidate was not measured');
    return {
      candidates: request.allMasks === true ? candidates : candidates.map(({ mask: _, ...rest }) => rest),
      chosen,
      mask,
      provider: this.#session.provider,
      decodeMs: decoded - started,
      postprocessMs: processed - decoded,
      measureMs: performance.now() - processed,
    };
  }

  #scan(raw: readonly RawCandidate[], chosen: number, fit: Fit, request: DecodeRequest): readonly Scanned[] {
    const sampler = this.#samplerFor(fit);
    return raw.map(({ logits }, i) => {
      const wanted = i === chosen || request.allMasks === true;
      const bitmap = wanted ? createBitmap(fit.image) : null;
      const summary = scanLogitsInto(bitmap, logits, sampler);
      return { summary, bitmap: bitmap === null ? null : clean(bitmap, request.postprocess) };
    });
  }

  #samplerFor(fit: Fit): LogitsSampler {
    const { width, height } = this.#lastSampler?.image ?? { width: 0, height: 0 };
    if (this.#lastSampler !== undefined && width === fit.image.width && height === fit.image.height) {
      return this.#lastSampler;
    }
    this.#lastSampler = samplerFor(fit, this.#input);
    return this.#lastSampler;
  }
}

function chooseCandidate(raw: readonly RawCandidate[], choose: 'best' | number): number {
  const index = choose === 'best' ? indexOfHighestScore(raw) : choose;
  if (!Number.isInteger(index) || index < 0 || index >= raw.length) throw candidateMissing(index, raw.length);
  return index;
}

interface Scanned {
  readonly summary: LogitsSummary;
  readonly bitmap: Bitmap | null;
}

/** {@link postprocess} always copies: a mask of many megapixels for which no step is on is passed on as it is. */
function clean(bitmap: Bitmap, options: PostprocessOptions = {}): Bitmap {
  const steps = validatePostprocessOptions(options);
  return Object.keys(steps).length === 0 ? bitmap : postprocess(bitmap, steps);
}

function describe(
  raw: RawCandidate,
  index: number,
  scanned: readonly Scanned[],
  request: Pick<DecodeRequest, 'logits'>,
): Candidate {
  const found = scanned[index];
  if (found === undefined) throw new RangeError(`candidate ${index} was not scanned`);
  const { summary, bitmap } = found;
  return {
    index,
    score: raw.score,
    ...summary,
    ...(bitmap === null ? {} : { mask: measured(bitmap, raw.score, summary.stability) }),
    ...(request.logits === true ? { logits: raw.logits.slice() } : {}),
  };
}

function measured(bitmap: Bitmap, score: number, stability: number): MeasuredMask {
  const runs = rowRunsOf(bitmap);
  return { rle: encodeRunsAsRle(runs), ...measureRuns(bitmap, runs), score, stability };
}

function toModelPrompt({ box, points, mask }: Prompt, fit: Fit, input: InputSpec): ModelPrompt {
  return {
    box:
      box === null
        ? null
        : [toModelPoint({ x: box.x1, y: box.y1 }, fit), toModelPoint({ x: box.x2, y: box.y2 }, fit)],
    points: points.map((point) => ({ ...toModelPoint(point, fit), label: point.label })),
    maskLogits: mask === null ? null : toMaskLogits(mask, fit, input),
  };
}

function toMaskLogits(mask: MaskPrompt, fit: Fit, input: InputSpec): Float32Array {
  if (mask.kind === 'bitmap') return maskPromptLogits(mask.bitmap, fit, input);
  const { width, height } = input.logits;
  if (mask.logits.length !== width * height) throw maskLogitsWrongSize(mask.logits.length, input.logits);
  return mask.logits;
}
