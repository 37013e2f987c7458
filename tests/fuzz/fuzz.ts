/**
 * `npm run -s fuzz -- [--count N] [--seed S] [--from I] [--folder DIR] [PARSER …]` gives seeded inputs, most of them changed
 * valid ones, to everything that reads what others made, each parser in a process of its own. Prints a table; exits with 1 where
 * a parser crashed, hung, or answered with anything but acceptance or a CalqueError, and keeps those inputs in DIR.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzzTargets, sharesOf } from './fuzz-targets.ts';
import { type Finding, type FuzzRun, runTarget } from './run-target.ts';

/** Of one input: processor time, so that a busy machine makes no hang. */
const LIMIT_MS = 2000;
/** A process that says nothing for so long is given up: a loop in one piece cannot speak. */
const SILENCE_MS = 60_000;
const HEAP_MB = 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    folder: { type: 'string', default: 'out/fuzz' },
    child: { type: 'boolean', default: false },
  },
});
const [count, seed, from] = [values.count, values.seed, values.from].map(Number) as [number, number, number];
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || !Number.isSafeInteger(from)) {
  console.error('Usage: npm run -s fuzz -- [--count N] [--seed S] [--from I] [--folder DIR] [PARSER …]');
  process.exit(2);
}
const unknown = positionals.filter((name) => !fuzzTargets.some((target) => target.name === name));
if (unknown.length > 0) {
  console.error(
    `No parser is called ${unknown.join(', ')}. There are: ${fuzzTargets.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

type Message = { readonly at: number } | { readonly run: FuzzRun };

if (values.child) await beChild();
else process.exitCode = (await fuzzAll()) ? 0 : 1;

async function beChild(): Promise<void> {
  const target = fuzzTargets.find(({ name }) => name === positionals[0]) as FuzzTarget;
  const say = (message: Message): void => void process.send?.(message);
  const run = await runTarget(target, { count, seed, from, limitMs: LIMIT_MS, onInput: (at) => say({ at }) });
  process.send?.({ run: plain(run) } satisfies Message, () => process.exit(0));
}

function plain(run: FuzzRun): FuzzRun {
  return {
    ...run,
    findings: run.findings.map((finding) => ({ ...finding, input: Array.from(finding.input) as never })),
  };
}

async function fuzzAll(): Promise<boolean> {
  const chosen = fuzzTargets.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const shares = sharesOf(chosen, count);
  const findings: Finding[] = [];
  let inputs = 0;
  console.log(
    `${'parser'.padEnd(24)} ${'inputs'.padStart(8)} ${'accepted'.padStart(9)} ${'refused'.padStart(8)} ${'slowest ms'.padStart(11)} ${'findings'.padStart(9)}`,
  );
  for (const target of chosen) {
    const run = await inChild(target.name, shares.get(target.name) ?? 1);
    console.log(
      `${run.name.padEnd(24)} ${String(run.inputs).padStart(8)} ${String(run.accepted).padStart(9)} ${String(run.refused).padStart(8)} ${run.slowestMs.toFixed(0).padStart(11)} ${String(run.findings.length).padStart(9)}`,
    );
    findings.push(...run.findings);
    inputs += run.inputs;
  }
  console.log(
    `${'all'.padEnd(24)} ${String(inputs).padStart(8)}   seed ${seed}, ${findings.length} findings`,
  );
  for (const finding of findings) keep(finding);
  return findings.length === 0;
}

function keep({ target, index, problem, input }: Finding): void {
  mkdirSync(values.folder, { recursive: true });
  const file = join(values.folder, `${target}-${seed}-${index}`);
  writeFileSync(file, Uint8Array.from(input));
  console.error(`\n${target}, input ${index} (${file}):\n${problem}`);
}

/** A process that dies is a finding, too; the inputs after it are given to another one. */
async function inChild(name: string, share: number): Promise<FuzzRun> {
  const runs: FuzzRun[] = [];
  for (let next = from; next < from + share; ) {
    const { run, last } = await childRun(name, next, from + share - next);
    if (run !== null) return merged([...runs, run]);
    const problem = `the process died or hung at input ${last}`;
    const finding = { target: name, seed, index: last, problem, input: new Uint8Array() };
    runs.push({
      name,
      inputs: last - next + 1,
      accepted: 0,
      refused: last - next + 1,
      codes: {},
      slowestMs: 0,
      findings: [finding],
    });
    next = last + 1;
    if (runs.length >= 5) break;
  }
  return merged(runs);
}

function merged(runs: readonly FuzzRun[]): FuzzRun {
  const sum = (of: (run: FuzzRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    name: runs[0]?.name ?? '',
    inputs: sum((run) => run.inputs),
    accepted: sum((run) => run.accepted),
    refused: sum((run) => run.refused),
    codes: {},
    slowestMs: Math.max(0, ...runs.map((run) => run.slowestMs)),
    findings: runs.flatMap((run) => run.findings),
  };
}

function childRun(
  name: string,
  start: number,
  share: number,
): Promise<{ run: FuzzRun | null; last: number }> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      'scripts/run-ts.js',
      'tests/fuzz/fuzz.ts',
      '--child',
      '--count',
      String(share),
      '--seed',
      String(seed),
      '--from',
      String(start),
      name,
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  return new Promise((resolve) => {
    let run: FuzzRun | null = null;
    let last = start;
    const giveUp = () => child.kill('SIGKILL');
    let silence = setTimeout(giveUp, SILENCE_MS);
    child.on('message', (message: Message) => {
      clearTimeout(silence);
      silence = setTimeout(giveUp, SILENCE_MS);
      if ('at' in message) last = message.at;
      else ({ run } = message);
    });
    child.once('exit', () => {
      clearTimeout(silence);
      resolve({ run, last });
    });
  });
}
