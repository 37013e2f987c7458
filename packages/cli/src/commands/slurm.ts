import { type Command, InvalidArgumentError } from 'commander';
import { parsePort } from '../arguments/parse-port.ts';
import { addEngineFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';

export interface SlurmFlags extends EngineFlags {
  readonly partition?: string;
  readonly account?: string;
  readonly gpus?: number;
  readonly cpus?: number;
  readonly mem?: string;
  readonly time?: string;
  readonly sbatch?: readonly string[];
  readonly port: number;
  readonly localPort: number;
  readonly login?: string;
  readonly encode?: number;
  readonly submit?: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque slurm photos --partition gpu --gpus 1 --time 04:00:00            print the script
  $ calque slurm photos --partition gpu --gpus 1 --time 04:00:00 --submit   send it; prints node, port and tunnel
  $ calque slurm photos --encode 8 --submit                                 a job array of 8 that encodes the folder ahead

Run it on the machine where sbatch is. Pull the model there before (\`calque models pull\`): many nodes have no network.
`;

export function registerSlurm(program: Command, context: CliContext): void {
  const command = program
    .command('slurm')
    .summary('run the workbench, or encodes, as a job of SLURM')
    .description(
      'Write a batch script for SLURM that serves folders of images or encodes one ahead, and send it.',
    )
    .argument('[folder...]', 'folders of images; none: the sample images')
    .option('--partition <name>', 'partition to run in', word)
    .option('--account <name>', 'account to charge', word)
    .option('--gpus <n>', 'GPUs', count)
    .option('--cpus <n>', 'cores', count)
    .option('--mem <size>', 'memory, e.g. 16G', word)
    .option('--time <limit>', 'time limit, e.g. 04:00:00', word)
    .option('--sbatch <option>', 'another option of sbatch, repeatable, e.g. --sbatch=--qos=high', collect)
    .option('--port <n>', 'port to listen at on the node (default: any free one)', parsePort, 0)
    .option('--local-port <n>', 'port of your own machine, for the tunnel', parsePort, 8511)
    .option('--login <host>', 'machine through which nodes are reached (default: this one)', word)
    .option('--encode <n>', 'encode the folder ahead, as a job array of n', count)
    .option('--submit', 'send it, wait until it runs, and say how to reach it')
    .option('--out <file>', 'write the script to a file instead of standard output');
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async (folders: string[]) => {
    const { runSlurm } = await import('../slurm/run-slurm.ts');
    await runSlurm(context, folders, command.optsWithGlobals<SlurmFlags>());
  });
}

/** What goes into a line of the script as it is. */
function word(text: string): string {
  if (!/^[\w@%+=:,.[\]/-]{1,200}$/.test(text)) throw new InvalidArgumentError('Expected one word.');
  return text;
}

function count(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of 1 or more.');
  return Number(text);
}

function collect(text: string, previous: readonly string[] = []): readonly string[] {
  if (!/^--[a-z][\w@%+=:,.[\]/ -]{0,300}$/.test(text))
    throw new InvalidArgumentError('Expected an option of sbatch, e.g. --sbatch=--qos=high.');
  return [...previous, text];
}
