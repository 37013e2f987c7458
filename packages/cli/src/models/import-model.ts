import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImportInput, ResolvedModel } from '@calque/models/node';
import type { CliContext } from '../context.ts';
import type { SelfTest } from '../doctor/self-test.ts';
import { configUnreadable, probeFailed } from '../errors.ts';
import { formatBytes, formatMs } from '../output/format-values.ts';
import { startPullProgress } from '../output/pull-progress.ts';
import { ensureModel } from '../segment/open-engine.ts';
import { answerOf, described, isAccepted, probeModel } from './probe-model.ts';

interface ImportArguments {
  /** As they were typed. */
  readonly paths: readonly string[];
  readonly flags: {
    readonly id?: string;
    readonly precision?: 'fp32' | 'fp16' | 'int8';
    readonly config?: string;
    readonly probe?: boolean;
    readonly json?: boolean;
    readonly quiet?: boolean;
  };
}

/** Imports, has the model answer the built-in probe and tells what came of it. */
export async function importModel(context: CliContext, { paths, flags }: ImportArguments): Promise<void> {
  const { cwd, signal } = context;
  const store = await context.openStore();
  const isPublished = (name: string): boolean => store.published().some(({ id }) => id === name);
  const input: ImportInput = {
    paths: paths.map((file) => (isPublished(file) ? file : path.resolve(cwd, file))),
    ...(flags.precision === undefined ? {} : { precision: flags.precision }),
    ...(flags.config === undefined ? {} : { config: await readConfig(path.resolve(cwd, flags.config)) }),
  };
  const progress = await startPullProgress(context, { quiet: flags.quiet === true, title: 'import' });
  let model: ResolvedModel;
  try {
    model = await store.import(input, {
      signal,
      onProgress: progress.onProgress,
      ...(flags.id === undefined ? {} : { id: flags.id }),
    });
  } finally {
    progress.stop();
  }
  await reportModel(context, model, flags);
}

/** {@link ensureModel}, and what {@link importModel} does afterwards where a checkpoint was converted. */
export async function pullModel(
  context: CliContext,
  { id, quiet }: { readonly id: string | undefined; readonly quiet: boolean },
): Promise<void> {
  const model = await ensureModel(context, { id, quiet });
  const isNew =
    model.manifest.imported !== undefined &&
    (await (await context.openStore()).probe(model.manifest.id)) === null;
  if (isNew) await reportModel(context, model, { quiet });
}

async function reportModel(
  context: CliContext,
  model: ResolvedModel,
  flags: Pick<ImportArguments['flags'], 'json' | 'quiet' | 'probe'>,
): Promise<void> {
  const probe = flags.probe === false ? null : await runProbe(context, model, flags.quiet === true);
  const { stdout } = context;
  stdout.write(flags.json === true ? modelJson(model, probe) : modelText(model, probe));
  if (probe !== null) judgeProbe(context, model, probe);
}

async function runProbe(context: CliContext, model: ResolvedModel, quiet: boolean): Promise<SelfTest> {
  if (!quiet) context.stderr.write('running the built-in probe\n');
  const probe = await probeModel(context, model);
  // A bad answer is not what later ones are compared with.
  if (isAccepted(model, probe))
    await (await context.openStore()).noteProbe(model.manifest.id, answerOf(probe));
  return probe;
}

function judgeProbe({ stderr }: CliContext, model: ResolvedModel, probe: SelfTest): void {
  if (probe.ok) return;
  const expected = `IoU ${probe.leastIou} or more`;
  if (!isAccepted(model, probe)) throw probeFailed(model.manifest.id, described(answerOf(probe)), expected);
  stderr.write(`the probe expects ${expected}: these weights may have been trained for other images\n`);
}

function modelJson(model: ResolvedModel, probe: SelfTest | null): string {
  const { id, family, variant, licence, imported } = model.manifest;
  const facts = { id, family, variant, licence, precision: imported?.precision, folder: model.folder };
  return `${JSON.stringify({ ...facts, files: filesOf(model), probe }, null, 2)}\n`;
}

function filesOf({ manifest: { encoder, decoder } }: ResolvedModel) {
  return [encoder, encoder.weights, decoder, decoder.weights].flatMap((file) =>
    file === undefined ? [] : [{ name: file.name, sizeBytes: file.sizeBytes, sha256: file.sha256 }],
  );
}

function modelText(model: ResolvedModel, probe: SelfTest | null): string {
  const { id, description, licence } = model.manifest;
  const files = filesOf(model);
  return [
    `${id}  ${description}`,
    `  folder   ${model.folder}`,
    ...files.map(({ name, sizeBytes }) => `  file     ${name}, ${formatBytes(sizeBytes)}`),
    `  licence  ${licence.spdx}: ${licence.origin}`,
    `  probe    ${probe === null ? 'not run' : probeText(probe)}`,
    '',
  ].join('\n');
}

function probeText(probe: SelfTest): string {
  const { load, encode, decode } = probe.timingsMs;
  const times = `load ${formatMs(load)} ms, encode ${formatMs(encode)} ms, decode ${formatMs(decode)} ms`;
  return `${described(answerOf(probe))}; ${times}`;
}

async function readConfig(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw configUnreadable(file, error);
  }
}
