import type { Argument, Command, Option } from 'commander';

/** Instead of words: the shell completes file names. */
export const FILES = ':files';

/**
 * What can stand where the last of `words` is being typed: lines of a word and, behind a tab, what it means; or
 * {@link FILES} alone.
 */
export async function completions(
  program: Command,
  words: readonly string[],
  modelIds: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { command, option, current, position } = readWords(program, words);
  const values = option === null ? null : await optionValues(option, modelIds);
  const candidates =
    values ??
    (current.startsWith('-') ? flagsOf(program, command) : await wordsOf(command, position, modelIds));
  return candidates[0] === FILES
    ? candidates
    : candidates.filter((candidate) => candidate.startsWith(current));
}

interface Place {
  readonly command: Command;
  /** Takes the word that is being typed as its value. */
  readonly option: Option | null;
  readonly current: string;
  /** How many arguments stand before it. */
  readonly position: number;
}

/** Bash takes `--model=x` for three words; the sign is passed over. */
function readWords(program: Command, words: readonly string[]): Place {
  const [current = '', ...before] = words.filter((word) => word !== '=').reverse();
  let command = program;
  let option: Option | null = null;
  let position = 0;
  for (const word of before.reverse()) {
    if (option !== null) {
      option = null;
    } else if (word.startsWith('-')) {
      option = valueOption(program, command, word);
    } else {
      const inner = command.commands.find((each) => each.name() === word);
      position = inner === undefined ? position + 1 : 0;
      command = inner ?? command;
    }
  }
  return { command, option, current, position };
}

function valueOption(program: Command, command: Command, word: string): Option | null {
  const option = [...command.options, ...program.options].find(
    (each) => each.long === word || each.short === word,
  );
  return option?.required === true ? option : null;
}

const FILE_OPTIONS: ReadonlySet<string> = new Set([
  '--prompts',
  '--mask-input',
  '--image',
  '--out',
  '--config',
]);

async function optionValues(
  option: Option,
  modelIds: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (option.long === '--model') return modelIds();
  if (option.long === '--precision') return ['fp32', 'fp16', 'int8'];
  if (option.long === '--candidate') return ['best', 'all', '1', '2', '3'];
  if (option.long === '--provider') return ['cpu', 'cuda', 'tensorrt', 'coreml', 'dml', 'webgpu'];
  return FILE_OPTIONS.has(option.long ?? '') ? [FILES] : [];
}

function flagsOf(program: Command, command: Command): readonly string[] {
  const inherited = command === program ? [] : program.options;
  return [...command.options, ...inherited].map(
    ({ long, flags, description }) => `${long ?? flags}\t${description}`,
  );
}

async function wordsOf(
  command: Command,
  position: number,
  modelIds: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (command.commands.length > 0) {
    return command
      .createHelp()
      .visibleCommands(command)
      .map((each) => `${each.name()}\t${each.summary() || each.description()}`);
  }
  const argument = command.registeredArguments[position];
  return argument === undefined ? [] : argumentValues(argument, modelIds);
}

async function argumentValues(
  argument: Argument,
  modelIds: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (argument.argChoices !== undefined) return argument.argChoices;
  return argument.name() === 'id' ? modelIds() : [FILES];
}
