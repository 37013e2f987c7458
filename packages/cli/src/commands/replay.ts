import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export function registerReplay(program: Command, _context: CliContext): void {
  program.command('replay');
}
