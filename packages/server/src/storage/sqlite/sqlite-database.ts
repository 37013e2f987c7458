import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely';

/** Kysely over the `node:sqlite` interface. Statements are prepared once. Who opened the database closes it. */
export function kyselyOver<Tables>(database: DatabaseSyncInstance): Kysely<Tables> {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const known = prepared.get(sql) ?? forgiving(sql, adapted(database.prepare(sql)));
    if (prepared.size < 200) prepared.set(sql, known);
    return known;
  };
  return new Kysely({ dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }) });
}

/**
 * A full disk has SQLite roll back by itself. Kysely's own rollback would then fail, and its error would hide the one that says
 * why.
 */
function forgiving(sql: string, statement: SqliteStatement): SqliteStatement {
  if (sql.toLowerCase() !== 'rollback') return statement;
  return {
    ...statement,
    run: (parameters) => {
      try {
        return statement.run(parameters);
      } catch (error) {
        if (!/no transaction is active/.test(String(error))) throw error;
        return { changes: 0, lastInsertRowid: 0 };
      }
    },
  };
}

function adapted(statement: StatementSyncInstance): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters),
    run: (parameters) => statement.run(...parameters),
    iterate: (parameters) => statement.iterate(...parameters),
  };
}

export { DatabaseSync, type DatabaseSyncInstance };
