import path from 'node:path';
import { calqueHome } from '@calque/models/node';
import {
  type BackupFacts,
  restoreBackup,
  type UnpackOptions,
  verifyBackup,
  writeBackup,
} from '@calque/server';
import type { BackupFlags, RestoreFlags } from '../commands/backup.ts';
import type { CliContext } from '../context.ts';
import { placeStream, requireFree } from '../exchange/place-output.ts';
import { withBytesProgress } from '../output/bytes-progress.ts';
import { SOFTWARE } from '../version.ts';

/** Writes the backup, and reads it back: one that cannot be read is none. */
export async function runBackup(context: CliContext, folder: string, flags: BackupFlags): Promise<void> {
  const { cwd, env, now, signal, stdout } = context;
  const target = path.resolve(cwd, flags.out);
  await requireFree(target);
  await withBytesProgress(context, flags, 'Backing up', async (_, onProgress) => {
    const stream = await writeBackup({
      folder: path.resolve(cwd, folder),
      home: calqueHome(env),
      version: SOFTWARE.version,
      now,
      onProgress,
      signal,
    });
    await placeStream(target, stream, signal);
  });
  const facts = await read(context, flags, (options) => verifyBackup(target, options));
  stdout.write(`${flags.out}: ${factsText(facts)}; read back and in order\n`);
}

export async function runRestore(context: CliContext, file: string, flags: RestoreFlags): Promise<void> {
  const { cwd, stdout } = context;
  const from = path.resolve(cwd, file);
  const { into } = flags;
  if (into === undefined) {
    const facts = await read(context, flags, (options) => verifyBackup(from, options));
    stdout.write(`${file}: ${factsText(facts)}; in order\n`);
    return;
  }
  const target = path.resolve(cwd, into);
  const facts = await read(context, flags, (options) => restoreBackup(from, target, options));
  stdout.write(`${into}: ${factsText(facts)}; open it with: calque serve ${into}\n`);
}

function read(
  context: CliContext,
  flags: RestoreFlags,
  work: (options: UnpackOptions) => Promise<BackupFacts>,
): Promise<BackupFacts> {
  const { signal } = context;
  return withBytesProgress(context, flags, 'Reading', (_, onProgress) => work({ onProgress, signal }));
}

function factsText({ name, createdAt, version, sizeBytes }: BackupFacts): string {
  return `${name} as of ${createdAt}, ${(sizeBytes / 1e6).toFixed(1)} MB, written by calque ${version}`;
}
