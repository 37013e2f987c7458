import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';

export interface BackupFlags {
  readonly out: string;
  readonly quiet?: boolean;
}

export interface RestoreFlags {
  readonly into?: string;
  readonly verify?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque backup photos --out photos.backup.zip
  $ calque restore photos.backup.zip --verify
  $ calque restore photos.backup.zip --into photos

A server may have the folder open while it is backed up. Images are not in a backup: Calque never changes them, and
\`calque bundle\` packs them, too.
`;

export function registerBackup(program: Command, context: CliContext): void {
  const backup = program
    .command('backup')
    .summary('copy what is kept of a folder, also while a server has it open')
    .description(
      'Copy objects, history, predictions, labels and texts of a folder into one zip, and read it back.',
    )
    .argument('<folder>', 'folder of images')
    .requiredOption('--out <file>', 'zip to write; must not be there yet')
    .addHelpText('after', EXAMPLES);
  backup.action(async (folder: string) => {
    const { runBackup } = await import('../backup/run-backup.ts');
    await runBackup(context, folder, backup.optsWithGlobals<BackupFlags>());
  });
}

export function registerRestore(program: Command, context: CliContext): void {
  const restore = program
    .command('restore')
    .summary('put back what backup copied')
    .description(
      'Put a backup into a folder of images. Every file is compared with its hash; nothing is replaced.',
    )
    .argument('<file>', 'zip that backup wrote')
    .option('--into <folder>', 'folder of the images; must have no .calque')
    .option('--verify', 'read the backup whole and change nothing')
    .addHelpText('after', EXAMPLES);
  restore.action(async (file: string) => {
    const flags = restore.optsWithGlobals<RestoreFlags>();
    if ((flags.into === undefined) === (flags.verify !== true))
      throw usageInvalid('restore wants a folder, or --verify', 'one of --into FOLDER and --verify');
    const { runRestore } = await import('../backup/run-backup.ts');
    await runRestore(context, file, flags);
  });
}
