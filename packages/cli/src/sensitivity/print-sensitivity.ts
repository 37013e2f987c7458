import path from 'node:path';
import {
  type BoxAnswer,
  type BoxSensitivity,
  type BoxVariant,
  type BoxXyxy,
  boxFamily,
  boxToArray,
  type FamilyOptions,
  measureSensitivity,
  type PostprocessOptions,
  type Prompt,
} from '@calque/core';
import { type EncodedImage, type Engine, imageChanged, type Prediction } from '@calque/engine';
import type { EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { withRemedy } from '../errors.ts';
import { startProgress } from '../output/progress.ts';
import { writeText } from '../output/write-text.ts';
import { hashImage } from '../segment/hash-image.ts';
import { withEngine } from '../segment/open-engine.ts';
import { sensitivityText } from './sensitivity-text.ts';

export interface SensitivitySettings {
  readonly image: string;
  readonly prompt: Prompt & { readonly box: BoxXyxy };
  readonly family: FamilyOptions;
  readonly choose: 'best' | number;
  readonly postprocess: PostprocessOptions;
  readonly engine: EngineFlags;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The mask in effect is the answer to the box itself. */
export async function printSensitivity(context: CliContext, settings: SensitivitySettings): Promise<void> {
  const { image, json, quiet } = settings;
  const file = path.resolve(context.cwd, image);
  const sha256 = await hashImage(image, file, context.signal);
  const flags = settings.engine;
  await withEngine(context, { flags, quiet }, async ({ engine }) => {
    const { signal } = context;
    const info = await engine.start({ signal });
    const encoded = await engine.encode({ kind: 'file', path: file }, { signal });
    if (encoded.image.sha256 !== sha256) throw withRemedy(imageChanged(image), 'Run the command again');
    const sensitivity = await computeSensitivity(engine, encoded, context, settings);
    const facts = factsOf(settings, encoded, info.model.id, sensitivity);
    const text = json ? `${JSON.stringify(facts, null, 2)}\n` : sensitivityText(sensitivity);
    await writeText(context.stdout, text, signal);
  });
}

async function computeSensitivity(
  engine: Engine,
  encoded: EncodedImage,
  context: CliContext,
  { prompt, family, choose, postprocess, quiet }: SensitivitySettings,
): Promise<BoxSensitivity> {
  const variants = boxFamily(prompt.box, encoded.image, family);
  const progress = await startProgress({
    stream: context.stderr,
    title: 'decoding',
    total: variants.length,
    now: context.now,
    quiet,
    onOneTerminal: context.stdout.isTTY === true,
  });
  try {
    const requests = variants.map(({ box }) => ({ prompt: { ...prompt, box }, choose, postprocess }));
    const predictions = await engine.decodeMany(encoded, requests, {
      signal: context.signal,
      onPrediction: (_, index) => progress.update(index + 1, `${index + 1} of ${variants.length}`),
    });
    const answers = predictions.map((prediction, i) => answerOf(variants[i] as BoxVariant, prediction));
    const [own] = answers as [BoxAnswer, ...BoxAnswer[]];
    return measureSensitivity(own.rle, answers).sensitivity;
  } finally {
    progress.stop();
  }
}

function answerOf(variant: BoxVariant, { mask, chosen }: Prediction): BoxAnswer {
  const { score, areaPx, perimeterPx, rle } = mask;
  return { variant, candidate: chosen, score, areaPx, perimeterPx, rle };
}

/** What --json prints; scores are the model's own. */
function factsOf(
  { image, prompt, family, choose, postprocess }: SensitivitySettings,
  { image: { sha256, width, height } }: EncodedImage,
  model: string,
  { outcomes, ...numbers }: BoxSensitivity,
) {
  return {
    image: { path: image, sha256, width, height },
    model: { id: model },
    prompt: { box: boxToArray(prompt.box), points: prompt.points },
    choose,
    postprocess,
    family,
    ...numbers,
    outcomes: outcomes.map((outcome) => ({ ...outcome, box: boxToArray(outcome.box) })),
  };
}
