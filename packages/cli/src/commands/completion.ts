import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const EXAMPLES = `
Examples:
  $ source <(calque completion bash)                                   in ~/.bashrc
  $ source <(calque completion zsh)                                    in ~/.zshrc, after compinit
  $ calque completion fish > ~/.config/fish/completions/calque.fish
`;

export function registerCompletion(program: Command, context: CliContext): void {
  program
    .command('completion')
    .summary('print a script that completes commands in a shell')
    .description('Print a script that completes commands, flags, models and files.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const { COMPLETION_SCRIPTS } = await import('../completion/scripts.ts');
      context.stdout.write(COMPLETION_SCRIPTS[shell]);
    });
  // What the scripts ask: the words behind `calque`, the last one being typed.
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { completions } = await import('../completion/completions.ts');
      const modelIds = async (): Promise<string[]> => {
        const store = await context.openStore();
        const here = (await store.list()).map(({ manifest }) => manifest.id);
        return [...new Set([...here, ...store.published().map(({ id }) => id)])];
      };
      const lines = await completions(program, words, modelIds);
      context.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
}
