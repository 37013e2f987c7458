import type { Command } from 'commander';
import { addEngineFlags, type EngineFlags } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { doctorProblems } from '../errors.ts';

interface DoctorFlags extends EngineFlags {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ calque doctor
  $ calque doctor --json > doctor.json
  $ calque doctor --provider cuda

Nothing is downloaded. The exit code is 73 when something is broken.
`;

export function registerDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .summary('is everything in order on this machine?')
    .description('Check versions, machine, models and providers, and segment a sample whose mask is known.')
    .option('--json', 'print JSON');
  addEngineFlags(command).addHelpText('after', EXAMPLES);
  command.action(async () => {
    const flags = command.optsWithGlobals<DoctorFlags>();
    const { examine } = await import('../doctor/examine.ts');
    const { doctorText } = await import('../doctor/doctor-text.ts');
    const report = await examine(context, flags);
    context.stdout.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : doctorText(report));
    if (report.problems.length > 0) throw doctorProblems(report.problems.length);
  });
}
