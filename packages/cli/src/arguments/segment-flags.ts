import type { PostprocessOptions, PromptPoint } from '@calque/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EngineSettings } from '../context.ts';
import { parsePoint } from './parse-coordinates.ts';

/** The engine's settings as commander leaves them. */
export interface EngineFlags {
  readonly model?: string;
  readonly threads?: number;
  readonly provider?: readonly string[];
  readonly lowMemory?: boolean;
  /** Absent for commands that compute everything anew. */
  readonly cache?: boolean;
  /** GiB of encoded images on disk. */
  readonly cacheSize?: number;
}

export function addEngineFlags(command: Command): Command {
  return command
    .addOption(new Option('--model <id>', 'model to use (see `calque models list`)'))
    .option('--threads <n>', 'threads of the model (default: physical cores)', positiveInteger)
    .option('--provider <name>', 'execution provider to try, repeatable, first one first', collect)
    .option('--low-memory', 'less memory, slower encodes')
    .option('--cache-size <gib>', 'encoded images to keep on disk, in GiB (default: 4)', positiveInteger);
}

/** For commands that compare models: every `--model` counts. */
export function repeatableModel(command: Command): Command {
  const option = command.options.find(({ long }) => long === '--model');
  if (option === undefined) return command;
  option.argParser((value: string, previous: readonly string[] | undefined) => collect(value, previous));
  option.description = `${option.description}, repeatable to compare`;
  return command;
}

export function engineSettings(flags: EngineFlags): EngineSettings {
  return {
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
    ...(flags.provider === undefined ? {} : { providers: flags.provider }),
    lowMemory: flags.lowMemory === true,
    diskCache: flags.cache === true,
    ...(flags.cacheSize === undefined ? {} : { diskCacheBytes: flags.cacheSize * 2 ** 30 }),
  };
}

/** Adds --fg and --bg, which fill one list: the order of points on the command line is the order of the prompt. */
export function addPointFlags(command: Command): PromptPoint[] {
  const points: PromptPoint[] = [];
  const add = (label: PromptPoint['label'], flag: string) => (text: string) => {
    points.push({ ...parsePoint(text, flag), label });
    return points.length;
  };
  command
    .option('--fg <x,y>', 'point on the object, repeatable', add('foreground', '--fg'))
    .option('--bg <x,y>', 'point off the object, repeatable', add('background', '--bg'));
  return points;
}

export interface PostprocessFlags {
  readonly fillHoles?: number;
  readonly dropIslands?: number;
  readonly keepLargest?: number;
  readonly smooth?: number;
}

export function addPostprocessFlags(command: Command): Command {
  return command
    .option('--fill-holes <px>', 'fill holes of fewer pixels', nonNegativeInteger)
    .option('--drop-islands <px>', 'drop separate parts of fewer pixels', nonNegativeInteger)
    .option('--keep-largest <k>', 'keep only the k largest parts, 1 or more', positiveInteger)
    .option('--smooth <px>', 'round the outline off at this radius', nonNegativeInteger);
}

/** Steps that are switched off with 0 are left out, so that equal requests have equal records. */
export function postprocessOptions(flags: PostprocessFlags): PostprocessOptions {
  return {
    ...(isOn(flags.fillHoles) ? { fillHolesPx: flags.fillHoles } : {}),
    ...(isOn(flags.dropIslands) ? { dropIslandsPx: flags.dropIslands } : {}),
    ...(flags.keepLargest !== undefined ? { keepLargest: flags.keepLargest } : {}),
    ...(isOn(flags.smooth) ? { smoothRadiusPx: flags.smooth } : {}),
  };
}

function isOn(value: number | undefined): value is number {
  return value !== undefined && value !== 0;
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of 1 or more.');
  return Number(text);
}

export function nonNegativeInteger(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of 0 or more.');
  return Number(text);
}
