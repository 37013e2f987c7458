import { type DestinationStream, type Level, type Logger, pino } from 'pino';

/** Lines in JSON about what the server does. */
export type ServerLog = Logger;

export type LogLevel = Exclude<Level, 'fatal' | 'trace'>;

export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export interface ServerLogOptions {
  readonly level: LogLevel;
  readonly to: DestinationStream;
}

/** What is written however a field or a text came by it. `secrets` are known at the start; the patterns catch the rest. */
const HIDDEN = '…';
const SECRET_FIELDS = ['token', 'password', 'cookie', 'authorization', 'secret'];
const SECRET_TEXTS = [
  /(\btoken=)[\w.~+/-]+/gi,
  /(\bbearer )[\w.~+/-]+/gi,
  /(\bcalque-[\w-]+=)[\w.~+/-]{16,}/gi,
] as const;

/**
 * A log that never holds a token or a cookie, whoever writes what: fields of such names are blanked, and so are the known
 * secrets and what looks like one in any text of a line.
 */
export class SecretKeeper {
  readonly #secrets = new Set<string>();

  /** Short ones would blank ordinary words. */
  hide(secret: string): void {
    if (secret.length >= 16) this.#secrets.add(secret);
  }

  clean(line: string): string {
    let clean = line;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, HIDDEN);
    return SECRET_TEXTS.reduce((text, pattern) => text.replace(pattern, `$1${HIDDEN}`), clean);
  }
}

export function openServerLog({ level, to }: ServerLogOptions, secrets: SecretKeeper): ServerLog {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: HIDDEN },
      hooks: { streamWrite: (line) => secrets.clean(line) },
    },
    to,
  );
}

/** For servers that were not asked for a log. */
export function noLog(): ServerLog {
  return pino({ enabled: false });
}
