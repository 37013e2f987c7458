import { type Command, Option } from 'commander';
import { parsePort } from '../arguments/parse-port.ts';
import { parsePublicUrl } from '../arguments/parse-public-url.ts';
import { addEngineFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';

export interface ServeFlags extends EngineFlags {
  readonly host: string;
  readonly port: number;
  /** False with `--no-token`. */
  readonly token: boolean;
  readonly metricsPort?: number;
  readonly publicUrl?: URL;
  readonly lang?: 'en' | 'fr';
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque serve photos                      a folder; its work is kept in photos/.calque
  $ calque serve                             the sample images
  $ calque serve photos scans --port 9000    two folders
  $ calque serve photos --lang fr            the page in French

It prints one address with an access token; whoever has that address can work on the folders. From another machine,
run the ssh line that is printed there, and open the same address. Ctrl+C ends it.
`;

export function registerServe(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .summary('work on folders of images in the browser')
    .description('Open folders of images as datasets and serve the workbench.')
    .argument('[folder...]', 'folders of images; none: the sample images')
    .option('--port <n>', 'port to listen at', parsePort, 8511)
    .option('--host <name>', 'address of this machine to listen at', '127.0.0.1')
    .option(
      '--metrics-port <n>',
      'another port that answers GET /metrics, without a token, for Prometheus',
      parsePort,
    )
    .option(
      '--public-url <url>',
      'where people reach it behind a proxy, with its path: https://example.org/calque/',
      parsePublicUrl,
    )
    .option('--no-token', 'ask nobody for a token; for 127.0.0.1 alone')
    .addOption(new Option('--lang <code>', 'language of the page').choices(['en', 'fr']));
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (folders: string[]) => {
    const { serve } = await import('../serve/serve.ts');
    await serve(context, folders, command.optsWithGlobals<ServeFlags>());
  });
}
