import path from 'node:path';
import { LogFile, type ServerLogOptions } from '@calque/server';
import type { ServeFlags } from '../commands/serve.ts';
import type { CliContext } from '../context.ts';

export interface OpenedLog {
  /** Null where none was asked for: people read what the command says. */
  readonly options: ServerLogOptions | null;
  /** Lines in JSON have stderr for themselves. */
  readonly takesStderr: boolean;
  close(): Promise<void>;
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** The log that the flags ask for. Rejects with `log-file-unusable`. */
export async function openLog({ cwd, stderr }: CliContext, flags: ServeFlags): Promise<OpenedLog> {
  const { logLevel: level = 'info', logFile, logKeep } = flags;
  if (logFile !== undefined) {
    const file = await LogFile.open({
      path: path.resolve(cwd, logFile),
      maxBytes: MAX_FILE_BYTES,
      keep: logKeep,
      onFailure: (error) => stderr.write(`calque: the log cannot be written: ${error.message}\n`),
    });
    return { options: { level, to: file }, takesStderr: false, close: () => file.close() };
  }
  const none = async (): Promise<void> => undefined;
  if (flags.logLevel === undefined) return { options: null, takesStderr: false, close: none };
  return { options: { level, to: { write: (line) => stderr.write(line) } }, takesStderr: true, close: none };
}
