import { type Command, Option } from 'commander';
import { addEngineFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';

export interface ReportFlags extends EngineFlags {
  readonly lang: 'en' | 'fr';
  readonly format?: 'html' | 'pdf' | 'md';
  readonly template: string;
  readonly out?: string;
  /** False with `--no-doctor`. */
  readonly doctor: boolean;
  readonly printTemplate?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque report photos --lang fr --out rapport.html         one file with everything in it
  $ calque report photos --out report.pdf                     the format follows the name
  $ calque report photos --format md --out report.md          with folders of pictures and records beside it
  $ calque report photos --template model-comparison
  $ calque report photos --template mine.md                   a template of your own
  $ calque report --print-template --lang fr > mine.md        the one that comes with Calque, to begin with

What was not recorded is named in the report, with what records it. The author's own paragraphs are kept in a file in the
folder, which is named when the report is made. While \`calque serve\` has the folder open, make the report in the page.
`;

export function registerReport(program: Command, context: CliContext): void {
  const command = program
    .command('report')
    .summary('what was recorded in a folder, as a report')
    .description(
      'Write the report of a folder: tables, overlays, comparisons and plots, from what was recorded.',
    )
    .argument('[folder]', 'folder of images, as `calque serve` opens it')
    .addOption(new Option('--lang <code>', 'language of the report').choices(['en', 'fr']).default('en'))
    .addOption(new Option('--format <name>', 'html, pdf or md').choices(['html', 'pdf', 'md']))
    .option('--template <name>', 'lab, model-comparison, or a file', 'lab')
    .option('--out <file>', 'the report (default: report.html)')
    .option('--no-doctor', 'do not look at the machine, and run no quick test')
    .option('--print-template', 'print the template and make no report');
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (folder: string | undefined) => {
    const { runReport } = await import('../report/run-report.ts');
    await runReport(context, folder, command.optsWithGlobals<ReportFlags>());
  });
}
