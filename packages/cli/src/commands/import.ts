import type { ExportFormat } from '@calque/server';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { EXCHANGE_FORMATS } from '../exchange/exchange-formats.ts';

export interface ImportFlags {
  readonly format: ExportFormat;
  readonly partial?: boolean;
  readonly model?: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque import photos instances.json --format coco
  $ calque import photos dataset-yolo --format yolo
  $ calque import photos masks --format png --partial

Images are found by their path in the folder, or by their name where only one has it. Without --partial nothing is imported
where something does not fit. Imported objects can be corrected with prompts, and the import can be undone, in the workbench.
`;

export function registerImport(program: Command, context: CliContext): void {
  const command = program
    .command('import')
    .summary('take objects of other programs into a folder')
    .description('Take the masks that another program wrote as objects of a folder of images.')
    .argument('<folder>', 'folder of images')
    .argument('<path>', 'file or folder that the other program wrote')
    .addOption(
      new Option('--format <name>', 'format')
        .choices(EXCHANGE_FORMATS.filter((name) => name !== 'csv'))
        .makeOptionMandatory(),
    )
    .option('--partial', 'import what fits, and list the rest')
    .option('--model <id>', 'model that answers prompts on the imported objects')
    .addHelpText('after', EXAMPLES);
  command.action(async (folder: string, path: string) => {
    const { runImport } = await import('../exchange/run-import.ts');
    await runImport(context, { folder, path, flags: command.optsWithGlobals<ImportFlags>() });
  });
}
