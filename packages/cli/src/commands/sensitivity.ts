import { type BoxXyxy, type PromptPoint, USUAL_FAMILY } from '@calque/core';
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

interface SensitivityFlags extends EngineFlags, PostprocessFlags {
  readonly box: BoxXyxy;
  readonly count: number;
  readonly range: number;
  readonly candidate: 'best' | number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque sensitivity truck.jpg --box 75,275,1725,850
  $ calque sensitivity truck.jpg --box 75,275,1725,850 --bg 900,600 --count 48 --range 0.1
  $ calque sensitivity truck.jpg --box 75,275,1725,850 --candidate 2 --json

A change of 0.1 makes the box 10 % longer on both sides, or shifts it by 10 % of its width or height. Nothing is written.
`;

export function registerSensitivity(program: Command, context: CliContext): void {
  const command = program
    .command('sensitivity')
    .summary('how much a mask depends on the exact box')
    .description(
      'Decode boxes near the given one, grown, shrunk and shifted, and print how the mask changes with them.',
    )
    .argument('<image>', 'JPEG, PNG, WebP, TIFF or AVIF file')
    .requiredOption('--box <x1,y1,x2,y2>', 'box around the object, any two opposite corners', parseOnlyBox);
  const points = addPointFlags(command);
  command
    .option('--count <n>', 'how many boxes beside the box itself', parseNumber, USUAL_FAMILY.count)
    .option(
      '--range <fraction>',
      'the largest change, of the sides of the box',
      parseNumber,
      USUAL_FAMILY.range,
    )
    .option('--candidate <which>', 'best, 1, 2 or 3: which of the masks to take', parseCandidate, 'best');
  addPostprocessFlags(command);
  command.option('--json', 'print JSON instead of the table');
  addEngineFlags(command)
    .option('--no-cache', 'do not keep or use encoded images on disk')
    .addHelpText('after', EXAMPLES);
  command.action(async (image: string) => {
    await run(context, { image, points, flags: command.optsWithGlobals<SensitivityFlags>() });
  });
}

interface SensitivityArguments {
  readonly image: string;
  readonly points: readonly PromptPoint[];
  readonly flags: SensitivityFlags;
}

async function run(context: CliContext, { image, points, flags }: SensitivityArguments): Promise<void> {
  const { printSensitivity } = await import('../sensitivity/print-sensitivity.ts');
  const { box, count, range, candidate } = flags;
  await printSensitivity(context, {
    image,
    prompt: { box, points, mask: null },
    family: { count, range },
    choose: candidate === 'best' ? candidate : candidate - 1,
    postprocess: postprocessOptions(flags),
    engine: flags,
    json: flags.json === true,
    quiet: flags.quiet === true,
  });
}

/** Limits are the core's to say. */
function parseNumber(text: string): number {
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text)) throw new InvalidArgumentError('Expected a number above 0.');
  return Number(text);
}

function parseCandidate(text: string): 'best' | number {
  if (text === 'best') return text;
  if (!/^[1-9]$/.test(text)) throw new InvalidArgumentError('Expected best, or its number from 1 on.');
  return Number(text);
}
