import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SlurmFlags } from '../commands/slurm.ts';
import type { CliContext } from '../context.ts';
import { encodeNeedsFolder, outputFailed } from '../errors.ts';
import { encodeScript, type JobRequest, serveScript } from './batch-script.ts';
import { submitEncode, submitServe } from './submit-job.ts';

/** Prints the script, writes it to a file, or sends it. */
export async function runSlurm(
  context: CliContext,
  folders: readonly string[],
  flags: SlurmFlags,
): Promise<void> {
  const script =
    flags.encode === undefined ? serving(context, folders, flags) : encoding(context, folders, flags);
  await noteMissingModel(context, flags);
  if (flags.submit !== true) return printScript(context, script, flags);
  if (flags.encode !== undefined) return submitEncode(context, script);
  return submitServe(context, script, {
    addressFile: addressFile(context),
    localPort: flags.localPort,
    ...(flags.login === undefined ? {} : { login: flags.login }),
  });
}

function serving(context: CliContext, folders: readonly string[], flags: SlurmFlags): string {
  const paths = folders.map((folder) => path.resolve(context.cwd, folder));
  const command = [...thisCalque(), 'serve', ...paths, '--port', String(flags.port), ...engineWords(flags)];
  return serveScript({ ...requestOf('calque', flags), command, addressFile: addressFile(context) });
}

function encoding(context: CliContext, folders: readonly string[], flags: SlurmFlags): string {
  const [folder, ...more] = folders;
  if (folder === undefined || more.length > 0) throw encodeNeedsFolder(folders.length);
  const command = [...thisCalque(), 'encode', path.resolve(context.cwd, folder), ...engineWords(flags)];
  return encodeScript({ ...requestOf('calque-encode', flags), command, shards: flags.encode ?? 1 });
}

/** In the folder from which it is sent, which nodes and login machine share on every cluster of ours. */
function addressFile({ cwd }: CliContext): string {
  return path.join(cwd, 'calque-$SLURM_JOB_ID.address');
}

function requestOf(name: string, flags: SlurmFlags): JobRequest {
  return {
    name,
    directives: flags.sbatch ?? [],
    ...(flags.partition === undefined ? {} : { partition: flags.partition }),
    ...(flags.account === undefined ? {} : { account: flags.account }),
    ...(flags.gpus === undefined ? {} : { gpus: flags.gpus }),
    ...(flags.cpus === undefined ? {} : { cpus: flags.cpus }),
    ...(flags.mem === undefined ? {} : { memory: flags.mem }),
    ...(flags.time === undefined ? {} : { time: flags.time }),
  };
}

/** The Node and the installation that run this. */
function thisCalque(): string[] {
  return [process.execPath, path.resolve(process.argv[1] ?? 'calque')];
}

function engineWords({ model, threads, cpus, provider, lowMemory, cacheSize }: SlurmFlags): string[] {
  const wanted = threads ?? cpus;
  return [
    ...(model === undefined ? [] : ['--model', model]),
    ...(wanted === undefined ? [] : ['--threads', String(wanted)]),
    ...(provider ?? []).flatMap((name) => ['--provider', name]),
    ...(lowMemory === true ? ['--low-memory'] : []),
    ...(cacheSize === undefined ? [] : ['--cache-size', String(cacheSize)]),
  ];
}

async function noteMissingModel(context: CliContext, { model, quiet }: SlurmFlags): Promise<void> {
  const store = await context.openStore();
  const models = await store.list();
  const wanted = models.find(({ manifest, isDefault }) =>
    model === undefined ? isDefault : manifest.id === model,
  );
  if (model !== undefined && wanted === undefined) store.manifest(model);
  if (quiet === true || wanted === undefined || wanted.state === 'installed') return;
  context.stderr.write(
    `calque: ${wanted.manifest.id} is not in this machine's cache; where nodes have no network, run  calque models pull ${wanted.manifest.id}  first\n`,
  );
}

async function printScript({ stdout, cwd }: CliContext, script: string, { out }: SlurmFlags): Promise<void> {
  if (out === undefined) {
    stdout.write(script);
    return;
  }
  const file = path.resolve(cwd, out);
  await writeFile(file, script, { mode: 0o755, flag: 'wx' }).catch((error: unknown) => {
    throw outputFailed(file, error);
  });
  stdout.write(`${file}\n`);
}
