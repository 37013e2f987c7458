import type { ServerParts } from '../app/server-parts.ts';

export interface Retention {
  stop(): void;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Deletes what is older than so many days from the audit logs, now and once a day; null keeps everything. */
export function keepAudit(
  { datasets, log }: Pick<ServerParts, 'datasets' | 'log'>,
  days: number | null,
  now: () => Date = () => new Date(),
): Retention {
  if (days === null) return { stop: () => undefined };
  const forget = async (): Promise<void> => {
    const before = new Date(now().getTime() - days * DAY_MS);
    for (const { id, storage } of datasets.all()) {
      const lines = await storage.forgetAudit(before);
      if (lines > 0)
        log.info(
          { event: 'audit-forgotten', dataset: id, lines, before },
          'old lines of the audit log deleted',
        );
    }
  };
  const tryForget = (): void =>
    void forget().catch((error: unknown) =>
      log.error({ err: error }, 'the audit log could not be shortened'),
    );
  tryForget();
  const timer = setInterval(tryForget, DAY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
