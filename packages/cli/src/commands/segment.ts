import path from 'node:path';
import type { BoxXyxy, PromptPoint } from '@calque/core';
import { type Command, InvalidArgumentError } from 'commander';
import { parseOnlyBox } from '../arguments/parse-coordinates.ts';
import {
  addEngineFlags,
  addPointFlags,
  addPostprocessFlags,
  type EngineFlags,
  type PostprocessFlags,
  postprocessOptions,
} from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';
import type { SegmentSettings } from '../segment/segment-run.ts';

interface SegmentFlags extends EngineFlags, PostprocessFlags {
  readonly box?: BoxXyxy;
  readonly maskInput?: string;
  readonly prompts?: string;
  readonly resume?: boolean;
  readonly candidate: 'best' | 'all' | number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque segment truck.jpg --box 75,275,1725,850
  $ calque segment truck.jpg --fg 500,375 --bg 900,600 --out results
  $ calque segment truck.jpg --fg 500,375 --candidate all
  $ calque segment truck.jpg --box 75,275,1725,850 --fill-holes 200 --keep-largest 1 --json
  $ calque segment --prompts prompts.jsonl --out results --resume

A line of the prompts file: {"image": "truck.jpg", "points": [{"x": 500, "y": 375, "label": "foreground"}], "id": "t1"}
Coordinates are pixels of the image as it is shown, after EXIF rotation; the first pixel's centre is at 0.5,0.5.
`;

export function registerSegment(program: Command, context: CliContext): void {
  const command = program
    .command('segment')
    .summary('cut an object out of an image')
    .description('Cut an object out of an image: writes NAME.mask.png, NAME.overlay.png and NAME.json.')
    .argument('[image]', 'JPEG, PNG, WebP, TIFF or AVIF file')
    .option('--box <x1,y1,x2,y2>', 'box around the object, any two opposite corners', parseOnlyBox);
  const points = addPointFlags(command);
  command
    .option('--mask-input <file>', 'a mask PNG of the size of the image, or a record, as a prompt')
    .option('--prompts <file>', 'one prompt a line as JSON, - for standard input')
    .option('--resume', 'with --prompts and --out: leave out what an earlier run finished')
    .option(
      '--candidate <which>',
      'best, 1, 2, 3 or all: which of the masks to take',
      parseCandidate,
      'best',
    );
  addPostprocessFlags(command);
  command
    .option(
      '--out <folder>',
      'where to write (default: the current folder; with --json nothing is written without it)',
    )
    .option('--json', 'print records on stdout, one a line, instead of the table');
  addEngineFlags(command)
    .option('--no-cache', 'do not keep or use encoded images on disk')
    .addHelpText('after', EXAMPLES);
  command.action(async (image: string | undefined) => {
    await runSegment(context, { image, points, flags: command.optsWithGlobals<SegmentFlags>() });
  });
}

interface SegmentArguments {
  readonly image: string | undefined;
  readonly points: readonly PromptPoint[];
  readonly flags: SegmentFlags;
}

async function runSegment(context: CliContext, { image, points, flags }: SegmentArguments): Promise<void> {
  checkUsage(image, points, flags);
  const { segmentMany, segmentOne } = await import('../segment/segment-run.ts');
  const settings = segmentSettings(context, flags);
  if (flags.prompts !== undefined) return segmentMany(context, settings, flags.prompts);
  const maskInput = flags.maskInput === undefined ? null : await readMask(flags.maskInput, context);
  await segmentOne(context, settings, {
    image: image ?? '',
    request: { box: flags.box ?? null, points, maskInput },
  });
}

async function readMask(file: string, { cwd }: CliContext) {
  const { readMaskInput } = await import('../segment/mask-input.ts');
  return readMaskInput(file, cwd);
}

function checkUsage(image: string | undefined, points: readonly PromptPoint[], flags: SegmentFlags): void {
  const { prompts, box, maskInput, resume, out } = flags;
  if (image === undefined && prompts === undefined) {
    throw usageInvalid('no image was given', 'calque segment IMAGE, or --prompts FILE');
  }
  if (
    prompts !== undefined &&
    (image !== undefined || box !== undefined || points.length > 0 || maskInput !== undefined)
  ) {
    throw usageInvalid(
      '--prompts comes with its own images and prompts',
      'no image, --box, --fg, --bg or --mask-input',
    );
  }
  if (resume === true && (prompts === undefined || out === undefined)) {
    throw usageInvalid('--resume has nothing to continue', '--resume together with --prompts and --out');
  }
}

function segmentSettings({ cwd }: CliContext, flags: SegmentFlags): SegmentSettings {
  const { candidate, json = false } = flags;
  const folder = flags.out ?? (json ? undefined : '.');
  return {
    options: {
      choose: typeof candidate === 'number' ? candidate - 1 : 'best',
      allMasks: candidate === 'all',
      postprocess: postprocessOptions(flags),
    },
    engine: flags,
    out: folder === undefined ? null : path.resolve(cwd, folder),
    json,
    resume: flags.resume === true,
    quiet: flags.quiet === true,
  };
}

function parseCandidate(text: string): 'best' | 'all' | number {
  if (text === 'best' || text === 'all') return text;
  if (!/^[1-9]$/.test(text)) throw new InvalidArgumentError('Expected best, all, or its number from 1 on.');
  return Number(text);
}
