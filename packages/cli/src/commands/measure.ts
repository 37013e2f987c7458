import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { MEASURE_FORMATS, type MeasureFormat } from '../measure/measure-formats.ts';

interface MeasureFlags {
  readonly pxPerMm?: number;
  readonly format?: MeasureFormat;
  readonly out?: string;
  readonly lang: 'en' | 'fr';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque measure photos                              what was done in the workbench on this folder
  $ calque measure out --format markdown --lang fr     the records that \`calque segment --out out\` wrote
  $ calque measure out/a.json out/b.json --px-per-mm 12.5 --out measures.tex
`;

export function registerMeasure(program: Command, context: CliContext): void {
  program
    .command('measure')
    .summary('a table of measures from recorded work')
    .description(
      'List objects with their prompts, scores, areas, perimeters and times, from datasets or records.',
    )
    .argument('<source...>', 'folders of datasets or of records, or records')
    .option('--px-per-mm <n>', 'pixels in a millimetre: areas and lengths in mm as well', parsePositive)
    .addOption(new Option('--format <name>', 'how the table is written').choices(MEASURE_FORMATS))
    .option('--out <file>', 'where it is written; without --format its ending says how (default: stdout)')
    .addOption(new Option('--lang <code>', 'language of the headings').choices(['en', 'fr']).default('en'))
    .option('--json', 'the same as --format json')
    .addHelpText('after', EXAMPLES)
    .action(async (sources: readonly string[], _, command: Command) => {
      const { json, format, ...flags } = command.optsWithGlobals<MeasureFlags>();
      const { printMeasures } = await import('../measure/print-measures.ts');
      await printMeasures(context, {
        sources,
        pixelsPerMm: flags.pxPerMm ?? null,
        format: json === true ? 'json' : (format ?? null),
        out: flags.out ?? null,
        language: flags.lang,
        quiet: flags.quiet === true,
      });
    });
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || value <= 0)
    throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}
