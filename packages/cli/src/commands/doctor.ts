import { type Command, InvalidArgumentError } from 'commander';
import { addEngineFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { doctorProblems } from '../errors.ts';

interface DoctorFlags extends EngineFlags {
  readonly json?: boolean;
  /** Address of a server that runs; absent: this machine is looked at. */
  readonly server?: URL;
  readonly token?: string;
}

const EXAMPLES = `
Examples:
  $ calque doctor
  $ calque doctor --json > doctor.json
  $ calque doctor --provider cuda
  $ calque doctor --server 'http://127.0.0.1:8511/?token=…'

Nothing is downloaded. The exit code is 73 when something is broken.
`;

export function registerDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .summary('is everything in order on this machine?')
    .description('Check versions, machine, models and providers, and segment a sample whose mask is known.')
    .option('--json', 'print JSON')
    .option('--server <url>', 'look at a server that runs instead', parseServer)
    .option('--token <token>', 'its access token, instead of CALQUE_TOKEN or the one in the address');
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async () => {
    const flags = command.optsWithGlobals<DoctorFlags>();
    if (flags.server !== undefined) {
      await examineRunning(context, flags.server, flags);
      return;
    }
    const { examine } = await import('../doctor/examine.ts');
    const { doctorText } = await import('../doctor/doctor-text.ts');
    const report = await examine(context, flags);
    context.stdout.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : doctorText(report));
    if (report.problems.length > 0) throw doctorProblems(report.problems.length);
  });
}

async function examineRunning(context: CliContext, address: URL, flags: DoctorFlags): Promise<void> {
  const { stdout, env, now, signal } = context;
  const [{ examineServer }, { serverText }] = await Promise.all([
    import('../doctor/examine-server.ts'),
    import('../doctor/server-text.ts'),
  ]);
  const token = flags.token ?? env['CALQUE_TOKEN'] ?? null;
  const report = await examineServer({ address, token, now, signal });
  stdout.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : serverText(report));
  if (report.problems.length > 0) throw doctorProblems(report.problems.length);
}

function parseServer(text: string): URL {
  const address = URL.canParse(text) ? new URL(text) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new InvalidArgumentError('It must be an address as http://127.0.0.1:8511');
  return address;
}
