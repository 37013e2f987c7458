import { DatabaseSync } from '../storage/sqlite/sqlite-database.ts';

/** What is wrong with a database, by SQLite's own check of every page and index; null where nothing is. */
export function problemOfDatabase(path: string): string | null {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 30_000 });
    try {
      const found = database.prepare('PRAGMA integrity_check(1)').get() as {
        readonly integrity_check: string;
      };
      return found.integrity_check === 'ok' ? null : found.integrity_check;
    } finally {
      database.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
