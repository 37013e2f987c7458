import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely';

/** Kysely over the `node:sqlite` interface. Statements are prepared once. Who opened the database closes it. */
export function kyselyOver<Tables>(database: DatabaseSyncInstance): Kysely<Tables> {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const known = prepared.get(sql) ?? adapted(database.prepare(sql));
    if (prepared.size < 200) prepared.set(sql, known);
    return known;
  };
  return new Kysely({ dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }) });
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
