import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export function registerQuickTest(program: Command, _context: CliContext): void {
  program.command('quick-test');
}
