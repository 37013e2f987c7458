import type { CocoSegmentation } from '@calque/core';
import type { ExportFormat, ExportScope } from '@calque/server';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { EXCHANGE_FORMATS } from '../exchange/exchange-formats.ts';

export interface ExportFlags {
  readonly format: ExportFormat;
  readonly out: string;
  readonly scope: ExportScope;
  readonly segmentation: CocoSegmentation;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque export photos --format coco --out photos.json
  $ calque export photos --format yolo --out photos-yolo        a folder
  $ calque export photos --format voc --out photos-voc.zip      a zip
  $ calque export photos --format csv --scope accepted --out measures.csv

What each format keeps: docs/formats.md
`;

export function registerExport(program: Command, context: CliContext): void {
  const command = program
    .command('export')
    .summary('write the objects of a folder for other programs')
    .description(
      'Write the objects of a folder of images, as they stand in the workbench, in a format of other programs.',
    )
    .argument('<folder>', 'folder of images that was worked on')
    .addOption(new Option('--format <name>', 'format').choices(EXCHANGE_FORMATS).makeOptionMandatory())
    .requiredOption('--out <path>', 'file, folder or .zip to write; must not be there yet')
    .addOption(
      new Option('--scope <which>', 'what was accepted, or all that was not rejected')
        .choices(['accepted', 'all'])
        .default('all'),
    )
    .addOption(
      new Option('--segmentation <form>', 'of coco: compressed run lengths, counts, or polygons')
        .choices(['rle', 'counts', 'polygons'])
        .default('rle'),
    )
    .addHelpText('after', EXAMPLES);
  command.action(async (folder: string) => {
    const { runExport } = await import('../exchange/run-export.ts');
    await runExport(context, folder, command.optsWithGlobals<ExportFlags>());
  });
}
