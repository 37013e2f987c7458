import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ImageKey, KeptEntry, KeptIds, KeptMask, KeptWork, QueueStore } from './queue-store.ts';

interface QueueSchema extends DBSchema {
  entries: {
    key: [string, string];
    value: KeptEntry & { image: string; id: string };
    indexes: { image: string };
  };
  masks: {
    key: [string, string];
    value: KeptMask & { image: string; id: string };
    indexes: { image: string };
  };
}

type Database = IDBPDatabase<QueueSchema>;

/** Keeps unsent work in IndexedDB, written through to the disk at every gesture. Opened when it is first needed. */
export function createIdbQueueStore(name = 'calque'): QueueStore {
  let database: Promise<Database> | null = null;
  const opened = (): Promise<Database> => {
    database ??= open(name, () => {
      database = null;
    });
    return database;
  };
  return {
    images: async () => imagesIn(await opened()),
    load: async (image) => loadFrom(await opened(), textOf(image)),
    keep: async (image, work) => keepIn(await opened(), textOf(image), work),
    drop: async (image, ids) => dropFrom(await opened(), textOf(image), ids),
  };
}

function open(name: string, ended: () => void): Promise<Database> {
  const database = openDB<QueueSchema>(name, 1, {
    upgrade: (db) => {
      for (const store of ['entries', 'masks'] as const) {
        db.createObjectStore(store, { keyPath: ['image', 'id'] }).createIndex('image', 'image');
      }
    },
    terminated: ended,
  });
  database.catch(ended);
  return database;
}

async function imagesIn(db: Database): Promise<ImageKey[]> {
  const tx = db.transaction(['entries', 'masks']);
  const keys = await Promise.all([
    tx.objectStore('entries').getAllKeys(),
    tx.objectStore('masks').getAllKeys(),
  ]);
  return [...new Set(keys.flat().map(([image]) => image))].map(keyOf);
}

async function loadFrom(db: Database, image: string): Promise<KeptWork> {
  const tx = db.transaction(['entries', 'masks']);
  const [entries, masks] = await Promise.all([
    tx.objectStore('entries').index('image').getAll(image),
    tx.objectStore('masks').index('image').getAll(image),
  ]);
  return {
    entries: entries.map(({ entry, place }) => ({ entry, place })).sort((a, b) => a.place - b.place),
    masks: masks.map(({ maskId, rle }) => ({ maskId, rle })),
  };
}

async function keepIn(db: Database, image: string, { entries, masks }: KeptWork): Promise<void> {
  const tx = db.transaction(['entries', 'masks'], 'readwrite', { durability: 'strict' });
  await Promise.all([
    ...entries.map((kept) => tx.objectStore('entries').put({ ...kept, image, id: kept.entry.id })),
    ...masks.map((kept) => tx.objectStore('masks').put({ ...kept, image, id: kept.maskId })),
    tx.done,
  ]);
}

async function dropFrom(db: Database, image: string, { entryIds, maskIds }: KeptIds): Promise<void> {
  const tx = db.transaction(['entries', 'masks'], 'readwrite');
  await Promise.all([
    ...entryIds.map((id) => tx.objectStore('entries').delete([image, id])),
    ...maskIds.map((id) => tx.objectStore('masks').delete([image, id])),
    tx.done,
  ]);
}

/** Ids hold no slash (see `IdSchema`). */
function textOf({ datasetId, imageId }: ImageKey): string {
  return `${datasetId}/${imageId}`;
}

function keyOf(text: string): ImageKey {
  const [datasetId = '', imageId = ''] = text.split('/');
  return { datasetId, imageId };
}
