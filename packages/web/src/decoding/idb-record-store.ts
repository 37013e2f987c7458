import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { KeptRecord, RecordStore } from './record-store.ts';

interface RecordSchema extends DBSchema {
  records: { key: number; value: KeptRecord; indexes: { id: string } };
}

/** Keeps them in IndexedDB, opened when it is first needed. */
export function createIdbRecordStore(name = 'calque-predictions'): RecordStore {
  let database: Promise<IDBPDatabase<RecordSchema>> | null = null;
  const opened = (): Promise<IDBPDatabase<RecordSchema>> => {
    database ??= open(name, () => {
      database = null;
    });
    return database;
  };
  return {
    all: async () => (await opened()).getAll('records'),
    keep: async (record) => {
      await (await opened()).add('records', record);
    },
    drop: async (id) => dropFrom(await opened(), id),
  };
}

function open(name: string, ended: () => void): Promise<IDBPDatabase<RecordSchema>> {
  const database = openDB<RecordSchema>(name, 1, {
    upgrade: (db) => {
      db.createObjectStore('records', { autoIncrement: true }).createIndex('id', 'prediction.id');
    },
    terminated: ended,
  });
  database.catch(ended);
  return database;
}

async function dropFrom(db: IDBPDatabase<RecordSchema>, id: string): Promise<void> {
  const tx = db.transaction('records', 'readwrite');
  const keys = await tx.store.index('id').getAllKeys(id);
  await Promise.all([...keys.map((key) => tx.store.delete(key)), tx.done]);
}
