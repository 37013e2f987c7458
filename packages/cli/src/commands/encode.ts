import { type Command, InvalidArgumentError } from 'commander';
import { addEngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import type { EncodeFlags, Shard } from '../encode/encode-folder.ts';

const EXAMPLES = `
Examples:
  $ calque encode photos                     before an afternoon of work: images open without waiting
  $ calque encode photos --shard 2/8         the second of eight equal parts, for eight machines
  $ calque encode photos --cache-size 64     keep up to 64 GiB of encoded images

What is encoded already is passed over, so a run that was stopped goes on where it was. SAM 2 takes about 17 MB an image.
`;

export function registerEncode(program: Command, context: CliContext): void {
  const command = program
    .command('encode')
    .summary('encode the images of a folder ahead')
    .description('Encode the images of a folder into the cache, so that they open at once later.')
    .argument('<folder>', 'folder of images, with the folders in it')
    .option('--shard <k/n>', 'the k-th of n equal parts', parseShard);
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (folder: string) => {
    const { encodeFolder } = await import('../encode/encode-folder.ts');
    await encodeFolder(context, folder, command.optsWithGlobals<EncodeFlags>());
  });
}

function parseShard(text: string): Shard {
  const [, number, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { number: Number(number), of: Number(of) };
  if (!(shard.number >= 1 && shard.number <= shard.of))
    throw new InvalidArgumentError('Expected K/N with K from 1 to N, e.g. 2/8.');
  return shard;
}
