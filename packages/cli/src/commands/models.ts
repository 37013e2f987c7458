import { type CalqueError, isCalqueError } from '@calque/core';
import { modelDamaged } from '@calque/models';
import type { ModelStore, StoredModel, VerifyReport } from '@calque/models/node';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { formatBytes } from '../output/format-values.ts';
import { fitColumns, tableHead, tableRow } from '../output/text-table.ts';

const EXAMPLES = `
Examples:
  $ calque models list
  $ calque models pull sam2-hiera-tiny
  $ calque models pull sam-vit-h
  $ calque models import sam_vit_b_01ec64.pth --precision fp16
  $ ls "$(calque models path sam2-hiera-tiny)"

Models are kept below CALQUE_HOME, or else in the platform's cache folder.
CALQUE_MODELS_MIRROR names a folder to take them from where there is no network.
`;

interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function registerModels(program: Command, context: CliContext): void {
  const models = program
    .command('models')
    .summary('list, download, import, verify and remove models')
    .description('The models on this machine.')
    .addHelpText('after', EXAMPLES);
  models
    .command('list')
    .description('every model that can be had')
    .option('--json', 'print JSON')
    .action(async (flags: OutputFlags) => listModels(context, flags));
  models
    .command('pull [id]')
    .description('download a model (default: the default model)')
    .action(async (id: string | undefined, _flags, command: Command) => {
      const { quiet = false } = command.optsWithGlobals<OutputFlags>();
      const { pullModel } = await import('../models/import-model.ts');
      await pullModel(context, { id, quiet });
    });
  registerImport(models, context);
  models
    .command('verify [id]')
    .description(
      "compare a model's files with their SHA-256, and have imported ones answer the probe again (default: every installed model)",
    )
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, flags: OutputFlags) => verifyModels(context, id, flags));
  models
    .command('path <id>')
    .description("print the model's folder, alone")
    .action(async (id: string) => {
      const store = await context.openStore();
      context.stdout.write(`${await store.path(id)}\n`);
    });
  models
    .command('remove <id>')
    .description("delete a model's files")
    .action(async (id: string) => removeModel(context, id));
}

interface ImportFlags extends OutputFlags {
  readonly id?: string;
  readonly precision?: 'fp32' | 'fp16' | 'int8';
  readonly config?: string;
  readonly probe?: boolean;
}

const IMPORT_EXAMPLES = `
Examples:
  $ calque models import sam_vit_h_4b8939.pth
  $ calque models import sam2.1_hiera_small.pt --id my-sam2 --precision int8
  $ calque models import sam-vit-b --precision fp16
  $ calque models import encoder.onnx decoder.onnx --id theirs

Takes PyTorch checkpoints and .safetensors of SAM 1, MobileSAM, SAM 2 and 2.1 with the names of tensors that their
authors gave them, and ONNX pairs of common exporters. Nothing of a checkpoint is executed.
`;

function registerImport(models: Command, context: CliContext): void {
  models
    .command('import <file> [decoder]')
    .summary('make a model of a checkpoint')
    .description('Make a model of a published checkpoint, or take an encoder and a decoder as ONNX files.')
    .option('--id <name>', 'name of the model (default: what its architecture is called)')
    .addOption(
      new Option('--precision <kind>', 'what the weights are stored as').choices(['fp32', 'fp16', 'int8']),
    )
    .option('--config <file>', 'JSON that describes an architecture which is none of the published ones')
    .option('--no-probe', 'do not run the model afterwards')
    .option('--json', 'print JSON')
    .addHelpText('after', IMPORT_EXAMPLES)
    .action(async (file: string, decoder: string | undefined, _flags, command: Command) => {
      const { importModel } = await import('../models/import-model.ts');
      const flags = command.optsWithGlobals<ImportFlags>();
      await importModel(context, { paths: decoder === undefined ? [file] : [file, decoder], flags });
    });
}

async function listModels({ openStore, stdout }: CliContext, { json }: OutputFlags): Promise<void> {
  const store = await openStore();
  const models = await store.list();
  const here = new Set(models.map(({ manifest }) => manifest.id));
  const more = store.published().filter(({ id }) => !here.has(id));
  const facts = [...models.map(modelFacts), ...more.map(publishedFacts)];
  stdout.write(json === true ? `${JSON.stringify(facts, null, 2)}\n` : modelsTable(models, more));
}

function modelFacts({ manifest, isDefault, state, sizeBytes, folder }: StoredModel) {
  const { id, family, variant, description, licence } = manifest;
  return { id, family, variant, description, licence, isDefault, state, sizeBytes, folder };
}

/** Of a checkpoint that can be downloaded and converted; how large it is, is known from its server for most. */
function publishedFacts({ id, description, licence, sizeBytes }: Published) {
  return { id, description, licence, isDefault: false, state: 'absent', sizeBytes: sizeBytes ?? null };
}

type Published = ReturnType<ModelStore['published']>[number];

function modelsTable(models: readonly StoredModel[], more: readonly Published[]): string {
  const stored = models.map(({ manifest, isDefault, state, sizeBytes }) => [
    manifest.id,
    state,
    formatBytes(sizeBytes),
    manifest.licence.spdx,
    `${manifest.description}${isDefault ? ' (default)' : ''}`,
  ]);
  const published = more.map(({ id, description, licence, sizeBytes }) => [
    id,
    'absent',
    sizeBytes === undefined ? '' : formatBytes(sizeBytes),
    licence.spdx,
    description,
  ]);
  const rows = [...stored, ...published];
  const columns = fitColumns(
    [
      { title: 'id', align: 'left' },
      { title: 'state', align: 'left' },
      { title: 'size', align: 'right' },
      { title: 'licence', align: 'left' },
      { title: 'description', align: 'left' },
    ],
    rows,
    80,
  );
  return tableHead(columns) + rows.map((row) => tableRow(columns, row)).join('');
}

async function verifyModels(
  context: CliContext,
  id: string | undefined,
  { json }: OutputFlags,
): Promise<void> {
  const { stdout, stderr } = context;
  const store = await context.openStore();
  const ids = id === undefined ? presentIds(await store.list()) : [id];
  const faults: CalqueError[] = [];
  const reports: VerifyReport[] = [];
  for (const each of ids) {
    const { report, fault } = await verifyModel(context, store, each);
    reports.push(...(report === null ? [] : [report]));
    faults.push(...(fault === null ? [] : [fault]));
    if (json !== true) stdout.write(report === null ? `${each}  incomplete\n` : verifyText(report));
  }
  if (json === true) stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  if (faults[0] !== undefined) throw faults[0];
  if (ids.length === 0) stderr.write('no model is installed; `calque models pull` gets the default one\n');
}

interface Verified {
  /** Null: there is nothing complete to compare. */
  readonly report: VerifyReport | null;
  readonly fault: CalqueError | null;
}

async function verifyModel(context: CliContext, store: ModelStore, id: string): Promise<Verified> {
  try {
    const report = await store.verify(id, { signal: context.signal });
    const bad = report.files.find((file) => !file.ok);
    if (!report.ok)
      return { report, fault: modelDamaged(id, bad?.name ?? 'a file', bad?.problem ?? 'is damaged') };
    if (store.manifest(id).imported === undefined) return { report, fault: null };
    const { probeAgain } = await import('../models/probe-model.ts');
    const fault = await probeAgain(context, store, id).catch((error: unknown) => {
      // Files that are whole and a model that does not run: the others are looked at all the same.
      if (isCalqueError(error) && !context.signal.aborted) return error;
      throw error;
    });
    return { report, fault };
  } catch (error) {
    if (isCalqueError(error, 'model-not-installed')) return { report: null, fault: error };
    throw error;
  }
}

function presentIds(models: readonly StoredModel[]): string[] {
  return models.filter(({ state }) => state !== 'absent').map(({ manifest }) => manifest.id);
}

function verifyText({ id, files }: VerifyReport): string {
  return files
    .map((file) => `${id}  ${file.name}  ${file.ok ? 'ok' : (file.problem ?? 'damaged')}\n`)
    .join('');
}

async function removeModel({ openStore, stderr, signal }: CliContext, id: string): Promise<void> {
  const removed = await (await openStore()).remove(id, { signal });
  stderr.write(removed ? `${id} was removed\n` : `${id} was not installed, nothing to remove\n`);
}
