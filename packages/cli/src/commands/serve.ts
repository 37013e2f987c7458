import { type Command, Option } from 'commander';
import { parsePort } from '../arguments/parse-port.ts';
import { parsePublicUrl } from '../arguments/parse-public-url.ts';
import {
  addEngineFlags,
  type EngineFlags,
  nonNegativeInteger,
  positiveInteger,
} from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface ServeFlags extends EngineFlags {
  readonly host: string;
  readonly port: number;
  /** False with `--no-token`. */
  readonly token: boolean;
  readonly metricsPort?: number;
  readonly publicUrl?: URL;
  readonly lang?: 'en' | 'fr';
  readonly logLevel?: LogLevel;
  readonly logFile?: string;
  /** Files of `logFile` that are kept besides the newest. */
  readonly logKeep: number;
  readonly auditDays?: number;
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
  addLogFlags(command);
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (folders: string[]) => {
    const { serve } = await import('../serve/serve.ts');
    await serve(context, folders, command.optsWithGlobals<ServeFlags>());
  });
}

function addLogFlags(command: Command): void {
  command
    .addOption(
      new Option('--log-level <level>', 'log in JSON, a line each, on stderr or to --log-file').choices(
        LOG_LEVELS,
      ),
    )
    .option('--log-file <file>', 'log to this file, set aside as FILE.1 at 64 MiB (level: info)')
    .option('--log-keep <n>', 'files set aside that are kept, the newest', nonNegativeInteger, 14)
    .option(
      '--audit-days <n>',
      'delete lines of the audit log that are older (default: never)',
      positiveInteger,
    );
}
