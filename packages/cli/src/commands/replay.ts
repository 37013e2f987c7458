import type { Command } from 'commander';
import { addEngineFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';

interface ReplayFlags extends EngineFlags {
  readonly image?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque replay out/truck.json
  $ calque replay out/truck.json --image /data/moved/truck.jpg
  $ calque replay out/truck.json --provider cpu --json

The image is looked for where it lay from the record, then at the recorded path from the current folder.
`;

export function registerReplay(program: Command, context: CliContext): void {
  const command = program
    .command('replay')
    .summary('compute a recorded mask again and compare')
    .description(
      'Compute a recorded mask again, with the same prompt, and print its IoU with the recorded one.',
    )
    .argument('<record>', 'JSON file that `calque segment` wrote')
    .option('--image <file>', 'where the image is now')
    .option('--json', 'print the comparison as JSON');
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (record: string) => {
    const { replayRecord } = await import('../segment/replay-record.ts');
    const { image, json, quiet, ...engine } = command.optsWithGlobals<ReplayFlags>();
    await replayRecord(context, {
      record,
      engine,
      json: json === true,
      quiet: quiet === true,
      ...(image === undefined ? {} : { image }),
    });
  });
}
