import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import type { FuzzInput, FuzzTarget, OpenedTarget } from './fuzz-target.ts';
import { RandomSource } from './random-source.ts';

export interface FuzzRun {
  readonly name: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** Of errors, with how often each was met. */
  readonly codes: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly problem: string;
  readonly input: FuzzInput;
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Index of the first input; a finding is repeated with it and a count of 1. */
  readonly from?: number;
  /** Processor time of one input beyond which it counts as a hang; absent: it is not looked at. */
  readonly limitMs?: number;
  readonly onInput?: (index: number) => void;
}

const MOST_FINDINGS = 20;

/** Gives a parser so many inputs. What it answers but acceptance and CalqueErrors is found, and so is what takes too long. */
export async function runTarget(target: FuzzTarget, options: FuzzOptions): Promise<FuzzRun> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-fuzz-'));
  const opened = await target.open(folder);
  const tally = { accepted: 0, refused: 0, codes: {} as Record<string, number>, slowestMs: 0 };
  const findings: Finding[] = [];
  const { count, seed, from = 0, limitMs = Number.POSITIVE_INFINITY } = options;
  try {
    for (let index = from; index < from + count && findings.length < MOST_FINDINGS; index++) {
      options.onInput?.(index);
      const input = opened.input(new RandomSource(seed, target.name, index));
      const before = process.cpuUsage();
      const problem = await problemWith(opened, input, tally);
      const { user, system } = process.cpuUsage(before);
      const tookMs = (user + system) / 1000;
      tally.slowestMs = Math.max(tally.slowestMs, tookMs);
      const found = problem ?? (tookMs > limitMs ? `${Math.round(tookMs)} ms of processor time` : null);
      if (found !== null) findings.push({ target: target.name, seed, index, problem: found, input });
    }
  } finally {
    await opened.close?.();
    await rm(folder, { recursive: true, force: true });
  }
  return { name: target.name, inputs: tally.accepted + tally.refused, ...tally, findings };
}

async function problemWith(
  opened: OpenedTarget,
  input: FuzzInput,
  tally: { accepted: number; refused: number; readonly codes: Record<string, number> },
): Promise<string | null> {
  try {
    await opened.parse(input);
    tally.accepted++;
    return null;
  } catch (error) {
    tally.refused++;
    if (!isCalqueError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    tally.codes[error.code] = (tally.codes[error.code] ?? 0) + 1;
    return null;
  }
}
