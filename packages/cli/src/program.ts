import { Command } from 'commander';
import { registerBackup, registerRestore } from './commands/backup.ts';
import { registerBundle, registerUnbundle } from './commands/bundle.ts';
import { registerCompare } from './commands/compare.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEncode } from './commands/encode.ts';
import { registerEval } from './commands/eval.ts';
import { registerExport } from './commands/export.ts';
import { registerImport } from './commands/import.ts';
import { registerMeasure } from './commands/measure.ts';
import { registerModels } from './commands/models.ts';
import { registerQuickTest } from './commands/quick-test.ts';
import { registerReplay } from './commands/replay.ts';
import { registerReport } from './commands/report.ts';
import { registerSegment } from './commands/segment.ts';
import { registerSensitivity } from './commands/sensitivity.ts';
import { registerServe } from './commands/serve.ts';
import { registerSlurm } from './commands/slurm.ts';
import { registerUsers } from './commands/users.ts';
import type { CliContext } from './context.ts';
import { printableText } from './printable-text.ts';
import { SOFTWARE } from './version.ts';

const EXAMPLES = `
Examples:
  $ calque serve photos                                 work on a folder of images in the browser
  $ calque segment photo.jpg --box 75,275,1725,850      cut out what is in a box
  $ calque segment photo.jpg --fg 500,375 --bg 40,60    point at the object, and at what is not
  $ calque segment --prompts prompts.jsonl --out out    many prompts, each image encoded once
  $ calque replay out/photo.json                        compute a recorded mask again and compare
  $ calque sensitivity photo.jpg --box 75,275,1725,850  how much does the mask depend on the exact box?
  $ calque report photos --lang fr --out rapport.html   what was recorded in a folder, as a report
  $ calque export photos --format coco --out p.json     the objects of a folder, for other programs
  $ calque doctor                                       is everything in order on this machine?

Exit codes and the format of records: docs/cli.md, docs/record.md
`;

/** The whole command tree. Importing it loads no command's machinery. */
export function createProgram(context: CliContext): Command {
  const program = new Command('calque');
  program
    .description('Cut objects out of images with the Segment Anything models.')
    .version(SOFTWARE.version, '-V, --version', 'print the version')
    .option('--quiet', 'no progress on stderr, only what went wrong')
    .option('--debug', 'print stack traces of errors')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .configureHelp({ showGlobalOptions: true, sortOptions: false })
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      outputError: (text, write) => write(`calque: ${oneLine(text)}\n`),
    });
  registerServe(program, context);
  registerEncode(program, context);
  registerUsers(program, context);
  registerSlurm(program, context);
  registerSegment(program, context);
  registerReplay(program, context);
  registerSensitivity(program, context);
  registerCompare(program, context);
  registerMeasure(program, context);
  registerEval(program, context);
  registerReport(program, context);
  registerExport(program, context);
  registerImport(program, context);
  registerBundle(program, context);
  registerUnbundle(program, context);
  registerBackup(program, context);
  registerRestore(program, context);
  registerQuickTest(program, context);
  registerDoctor(program, context);
  registerModels(program, context);
  registerCompletion(program, context);
  return program;
}

/** Commander puts its suggestion on a second line. */
function oneLine(text: string): string {
  return printableText(
    text
      .trim()
      .replace(/^error: /, '')
      .replaceAll(/\s*\n\s*/g, ' '),
  );
}
