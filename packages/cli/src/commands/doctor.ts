import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export function registerDoctor(program: Command, _context: CliContext): void {
  program.command('doctor');
}
