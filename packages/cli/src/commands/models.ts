import { type CalqueError, isCalqueError } from '@calque/core';
import { modelDamaged } from '@calque/models';
import type { ModelStore, StoredModel, VerifyReport } from '@calque/models/node';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { formatBytes } from '../output/format-values.ts';
import { fitColumns, tableHead, tableRow } from '../output/text-table.ts';
import { ensureModel } from '../segment/open-engine.ts';

const EXAMPLES = `
Examples:
  $ calque models list
  $ calque models pull sam2-hiera-tiny
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
    .summary('list, download, verify and remove models')
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
      await ensureModel(context, { id, quiet });
    });
  models
    .command('verify [id]')
    .description("compare a model's files with their SHA-256 (default: every installed model)")
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

async function listModels({ openStore, stdout }: CliContext, { json }: OutputFlags): Promise<void> {
  const models = await (await openStore()).list();
  stdout.write(json === true ? `${JSON.stringify(models.map(modelFacts), null, 2)}\n` : modelsTable(models));
}

function modelFacts({ manifest, isDefault, state, sizeBytes, folder }: StoredModel) {
  const { id, family, variant, description, licence } = manifest;
  return { id, family, variant, description, licence, isDefault, state, sizeBytes, folder };
}

function modelsTable(models: readonly StoredModel[]): string {
  const rows = models.map(({ manifest, isDefault, state, sizeBytes }) => [
    manifest.id,
    state,
    formatBytes(sizeBytes),
    manifest.licence.spdx,
    `${manifest.description}${isDefault ? ' (default)' : ''}`,
  ]);
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

async function verifyModel({ signal }: CliContext, store: ModelStore, id: string): Promise<Verified> {
  try {
    const report = await store.verify(id, { signal });
    const bad = report.files.find((file) => !file.ok);
    const fault = report.ok ? null : modelDamaged(id, bad?.name ?? 'a file', bad?.problem ?? 'is damaged');
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
