import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export interface BundleFlags {
  readonly out: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque bundle photos --out photos.calque.zip
  $ calque unbundle photos.calque.zip --out photos
`;

export function registerBundle(program: Command, context: CliContext): void {
  const bundle = program
    .command('bundle')
    .summary('pack a folder with everything that was made on it')
    .description('Pack a folder of images into one zip: images, objects with their history, masks, records.')
    .argument('<folder>', 'folder of images')
    .requiredOption('--out <file>', 'zip to write; must not be there yet')
    .addHelpText('after', EXAMPLES);
  bundle.action(async (folder: string) => {
    const { runBundle } = await import('../exchange/run-bundle.ts');
    await runBundle(context, folder, bundle.optsWithGlobals<BundleFlags>());
  });
}

export function registerUnbundle(program: Command, context: CliContext): void {
  const unbundle = program
    .command('unbundle')
    .summary('unpack what bundle packed')
    .description(
      'Unpack a bundle as a folder that can be worked on at once. Every file is compared with its hash.',
    )
    .argument('<file>', 'zip that bundle wrote')
    .requiredOption('--out <folder>', 'folder to make; must be empty, or not be there yet')
    .addHelpText('after', EXAMPLES);
  unbundle.action(async (file: string) => {
    const { runUnbundle } = await import('../exchange/run-bundle.ts');
    await runUnbundle(context, file, unbundle.optsWithGlobals<BundleFlags>());
  });
}
