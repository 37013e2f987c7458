import type { Decision, Entry, JudgedScore, NumberedEntry } from '@calque/core';
import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { pageCursorInvalid } from '../../errors.ts';
import type {
  AppendedEntries,
  AuditEntry,
  DatasetCounts,
  DatasetStatistics,
  DecisionToStore,
  ImageChange,
  ImagePage,
  ImageQuery,
  ImageTags,
  Storage,
  StoredImage,
  StoredLabel,
  StoredMask,
  StoredPrediction,
  StoredSensitivity,
  StoredState,
  TagChange,
} from '../storage.ts';
import { forgetAudit, readAudit, writeAudit } from './audit-rows.ts';
import { changeTags, readStatistics, updateLowestScore, updatePresent } from './dataset-facts.ts';
import { migrations } from './migrations.ts';
import { type OpenedDatabase, openDatabase } from './open-database.ts';
import { kyselyOver } from './sqlite-database.ts';
import { STATES, type Tables } from './tables.ts';

/** Opens the storage of a dataset; see {@link openDatabase} for what it rejects with. */
export async function openSqliteStorage(path: string): Promise<Storage> {
  return new SqliteStorage(await openDatabase(path, { migrations, now: () => new Date() }));
}

type ImageRow = Selectable<Tables['images']>;
type Images = SelectQueryBuilder<Tables, 'images', object>;

class SqliteStorage implements Storage {
  readonly #db: Kysely<Tables>;
  readonly #close: () => void;

  constructor({ database, close }: OpenedDatabase) {
    this.#db = kyselyOver<Tables>(database);
    this.#close = close;
  }

  async image(id: string): Promise<StoredImage | null> {
    const row = await this.#db.selectFrom('images').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : imageOf(row);
  }

  async imagesAt(paths: readonly string[]): Promise<readonly StoredImage[]> {
    if (paths.length === 0) return [];
    const rows = await this.#db.selectFrom('images').selectAll().where('path', 'in', paths).execute();
    return rows.map(imageOf);
  }

  async imagesAfter(id: string, limit: number): Promise<readonly StoredImage[]> {
    const query = this.#db.selectFrom('images').selectAll().where('id', '>', id).orderBy('id').limit(limit);
    return (await query.execute()).map(imageOf);
  }

  async listImages(query: ImageQuery): Promise<ImagePage> {
    const matching = filtered(this.#db.selectFrom('images'), query);
    const count = await matching.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
    const rows = await sorted(matching, query)
      .selectAll()
      .limit(query.limit + 1)
      .execute();
    const images = rows.slice(0, query.limit).map(imageOf);
    const last = rows.length > query.limit ? images.at(-1) : undefined;
    return { images, next: last === undefined ? null : cursorOf(last, query.sort), total: count.total };
  }

  async counts(): Promise<DatasetCounts> {
    const rows = await this.#db
      .selectFrom('images')
      .select([
        'state',
        sql<number>`count(*)`.as('images'),
        sql<number>`sum(annotation_count)`.as('annotations'),
      ])
      .groupBy('state')
      .execute();
    const of = (state: StoredState): number => rows.find((row) => STATES[row.state] === state)?.images ?? 0;
    return {
      images: rows.reduce((sum, row) => sum + row.images, 0),
      states: {
        unseen: of('unseen'),
        'in-work': of('in-work'),
        accepted: of('accepted'),
        rejected: of('rejected'),
      },
      annotations: rows.reduce((sum, row) => sum + row.annotations, 0),
    };
  }

  async addImages(images: readonly StoredImage[]): Promise<void> {
    if (images.length === 0) return;
    await this.#db.connection().execute(async (db) => {
      // What a power cut takes of the list is found in the folder again; the next gesture writes it through, too.
      await sql`PRAGMA synchronous = NORMAL`.execute(db);
      try {
        await db.insertInto('images').values(images.map(rowOf)).execute();
      } finally {
        await sql`PRAGMA synchronous = FULL`.execute(db);
      }
    });
  }

  async changeImage(id: string, change: ImageChange): Promise<void> {
    const row = changedColumns(change);
    if (Object.keys(row).length === 0) return;
    await this.#db.updateTable('images').set(row).where('id', '=', id).execute();
  }

  async removeImages(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db.transaction().execute(async (db) => {
      await db.deleteFrom('image_tags').where('image_id', 'in', ids).execute();
      await db.deleteFrom('annotation_facts').where('image_id', 'in', ids).execute();
      await db.deleteFrom('sensitivities').where('image_id', 'in', ids).execute();
      await db.deleteFrom('predictions').where('image_id', 'in', ids).execute();
      await db.deleteFrom('decisions').where('image_id', 'in', ids).execute();
      await db.deleteFrom('entries').where('image_id', 'in', ids).execute();
      await db.deleteFrom('images').where('id', 'in', ids).execute();
    });
  }

  async entries(imageId: string, after: number): Promise<readonly NumberedEntry[]> {
    const rows = await this.#db
      .selectFrom('entries')
      .select(['seq', 'entry'])
      .where('image_id', '=', imageId)
      .where('seq', '>', after)
      .orderBy('seq')
      .execute();
    return rows.map(({ seq, entry }) => ({ seq, entry: JSON.parse(entry) as Entry }));
  }

  async appendEntries(append: AppendedEntries): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const newest = await db
        .selectFrom('entries')
        .select(sql<number>`coalesce(max(seq), 0)`.as('seq'))
        .where('image_id', '=', append.imageId)
        .executeTakeFirstOrThrow();
      if (newest.seq !== append.afterSeq) return false;
      await insertEntries(db, append);
      await insertDecisions(db, append);
      await writeAudit(db, append);
      await updateSummary(db, append);
      await updatePresent(db, append);
      return true;
    });
  }

  async changeTags(change: TagChange): Promise<void> {
    await this.#db.transaction().execute((db) => changeTags(db, change));
  }

  async statistics(): Promise<DatasetStatistics> {
    return readStatistics(this.#db);
  }

  async decisions(imageId: string): Promise<readonly Decision[]> {
    const rows = await this.#db
      .selectFrom('decisions')
      .selectAll()
      .where('image_id', '=', imageId)
      .orderBy('number')
      .execute();
    return rows.map((row) => ({
      entryId: row.entry_id,
      annotationId: row.annotation_id,
      kind: row.kind as Decision['kind'],
      at: row.at,
      author: row.author,
      reason: row.reason as Decision['reason'],
      note: row.note,
      maskId: row.mask_id,
      takenBack: row.taken_back === 1,
    }));
  }

  async judgedScores(): Promise<readonly JudgedScore[]> {
    const { rows } = await sql<{ kind: string; score: number; painted: number }>`
      SELECT kind, score, painted FROM decisions AS d
      WHERE score IS NOT NULL AND taken_back = 0 AND number = (
        SELECT max(number) FROM decisions AS later WHERE later.image_id = d.image_id
        AND later.annotation_id = d.annotation_id AND later.taken_back = 0 AND later.kind IN ('accept', 'reject', 'reopen'))
      ORDER BY number`.execute(this.#db);
    return rows.map(({ kind, score, painted }) => ({
      score,
      verdict: kind === 'reject' ? 'rejected' : painted === 1 ? 'corrected' : 'accepted',
    }));
  }

  async addPrediction(prediction: StoredPrediction, annotationId: string | null): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db
        .insertInto('predictions')
        .values(predictionRow(prediction, annotationId))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      if (annotationId !== null) await updateLowestScore(db, prediction, annotationId);
    });
  }

  async predictions(imageId: string, keys: readonly string[]): Promise<readonly StoredPrediction[]> {
    if (keys.length === 0) return [];
    const rows = await this.#db
      .selectFrom('predictions')
      .selectAll()
      .where('image_id', '=', imageId)
      .where('key', 'in', keys)
      .orderBy('number', 'desc')
      .execute();
    return rows.map(predictionOf);
  }

  async addSensitivity(sensitivity: StoredSensitivity): Promise<void> {
    const { id, imageId, annotationId } = sensitivity;
    const record = JSON.stringify(sensitivity);
    await this.#db
      .insertInto('sensitivities')
      .values({ id, image_id: imageId, annotation_id: annotationId, record })
      .execute();
  }

  async sensitivities(imageId: string, annotationId: string | null): Promise<readonly StoredSensitivity[]> {
    const ofImage = this.#db.selectFrom('sensitivities').select('record').where('image_id', '=', imageId);
    const wanted = annotationId === null ? ofImage : ofImage.where('annotation_id', '=', annotationId);
    const rows = await wanted.orderBy('number', 'desc').execute();
    return rows.map(({ record }) => JSON.parse(record) as StoredSensitivity);
  }

  async latestPredictions(imageId: string, limit: number): Promise<readonly StoredPrediction[]> {
    const rows = await this.#db
      .selectFrom('predictions')
      .selectAll()
      .where('image_id', '=', imageId)
      .orderBy('number', 'desc')
      .limit(limit)
      .execute();
    return rows.map(predictionOf);
  }

  async mask(id: string): Promise<StoredMask | null> {
    const row = await this.#db.selectFrom('masks').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : { size: [row.height, row.width], counts: row.counts };
  }

  async addMask(id: string, { size: [height, width], counts }: StoredMask, at: string): Promise<void> {
    await this.#db
      .insertInto('masks')
      .values({ id, height, width, counts, created_at: at })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  async labels(): Promise<readonly StoredLabel[]> {
    return this.#db.selectFrom('labels').select(['id', 'name', 'color']).orderBy('place').execute();
  }

  async replaceLabels(labels: readonly StoredLabel[]): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db.deleteFrom('labels').execute();
      if (labels.length === 0) return;
      const rows = labels.map(({ id, name, color }, place) => ({ id, name, color, place }));
      await db.insertInto('labels').values(rows).execute();
    });
  }

  async setting(key: string): Promise<unknown> {
    const row = await this.#db
      .selectFrom('settings')
      .select('value')
      .where('key', '=', key)
      .executeTakeFirst();
    return row === undefined ? null : (JSON.parse(row.value) as unknown);
  }

  async changeSetting(key: string, value: unknown): Promise<void> {
    const text = JSON.stringify(value);
    await this.#db
      .insertInto('settings')
      .values({ key, value: text })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
      .execute();
  }

  audit(after: number, limit: number): Promise<readonly AuditEntry[]> {
    return readAudit(this.#db, after, limit);
  }

  async forgetAudit(before: Date): Promise<number> {
    return this.#db.transaction().execute((db) => forgetAudit(db, before));
  }

  async copyTo(path: string): Promise<void> {
    await sql`VACUUM INTO ${path}`.execute(this.#db);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
    this.#close();
  }
}

async function insertEntries(db: Kysely<Tables>, { imageId, entries }: AppendedEntries): Promise<void> {
  const rows = entries.map(({ seq, entry }) => ({
    image_id: imageId,
    seq,
    id: entry.id,
    entry: JSON.stringify(entry),
  }));
  await db.insertInto('entries').values(rows).execute();
}

async function insertDecisions(
  db: Kysely<Tables>,
  { imageId, decisions, turned }: AppendedEntries,
): Promise<void> {
  const rows = decisions.map((decision) => decisionRow(imageId, decision));
  if (rows.length > 0) await db.insertInto('decisions').values(rows).execute();
  for (const { stepId, takenBack } of turned) {
    await db
      .updateTable('decisions')
      .set({ taken_back: takenBack ? 1 : 0 })
      .where('image_id', '=', imageId)
      .where('entry_id', '=', stepId)
      .execute();
  }
}

async function updateSummary(db: Kysely<Tables>, { imageId, summary }: AppendedEntries): Promise<void> {
  await db
    .updateTable('images')
    .set({
      state: STATES.indexOf(summary.state),
      annotation_count: summary.annotationCount,
      unreviewed_count: summary.unreviewedCount,
    })
    .where('id', '=', imageId)
    .execute();
}

function filtered(images: Images, wanted: ImageQuery): Images {
  const { state, unreviewed, search } = wanted;
  const { tag = null, label = null, minObjects = null, maxScore = null } = wanted;
  let query = images;
  if (minObjects !== null) query = query.where('annotation_count', '>=', minObjects);
  if (maxScore !== null) query = query.where(sql<boolean>`coalesce(lowest_score, 9) <= ${maxScore}`);
  if (tag !== null) {
    query = query.where(
      sql<boolean>`id IN (SELECT image_id FROM image_tags WHERE tag = ${tag} AND kind = 'set')`,
    );
  }
  if (label !== null) {
    query = query.where(
      sql<boolean>`id IN (SELECT image_id FROM annotation_facts WHERE label_id = ${label} AND present = 1)`,
    );
  }
  if (state !== null) query = query.where('state', '=', STATES.indexOf(state));
  if (unreviewed) query = query.where('unreviewed_count', '>', 0);
  if (search !== null && search !== '') {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
    query = query.where(sql<boolean>`path LIKE ${pattern} ESCAPE '\\'`);
  }
  return query;
}

/** The key of an order ends in something unique, so that a page goes on exactly where the one before ended. */
function sorted(images: Images, { sort, after }: ImageQuery): Images {
  const from = after === null ? null : parsedCursor(after, sort);
  switch (sort) {
    case 'path': {
      const query = images.orderBy('path_key');
      return from === null ? query : query.where(sql<boolean>`path_key > ${from[0]}`);
    }
    case 'state': {
      const query = images.orderBy('state').orderBy('path_key');
      return from === null ? query : query.where(sql<boolean>`(state, path_key) > (${from[0]}, ${from[1]})`);
    }
    case 'modified': {
      const query = images.orderBy('modified_ms', 'desc').orderBy('id', 'desc');
      return from === null ? query : query.where(sql<boolean>`(modified_ms, id) < (${from[0]}, ${from[1]})`);
    }
    case 'objects': {
      const query = images.orderBy('annotation_count', 'desc').orderBy('id', 'desc');
      return from === null
        ? query
        : query.where(sql<boolean>`(annotation_count, id) < (${from[0]}, ${from[1]})`);
    }
    case 'score': {
      const query = images.orderBy(sql`coalesce(lowest_score, 9)`).orderBy('id');
      return from === null
        ? query
        : query.where(sql<boolean>`(coalesce(lowest_score, 9), id) > (${from[0]}, ${from[1]})`);
    }
    case 'size': {
      const query = images.orderBy('size_bytes', 'desc').orderBy('id', 'desc');
      return from === null ? query : query.where(sql<boolean>`(size_bytes, id) < (${from[0]}, ${from[1]})`);
    }
  }
}

type Cursor = readonly (string | number)[];

function cursorOf(image: StoredImage, sort: ImageQuery['sort']): string {
  const keys: Readonly<Record<ImageQuery['sort'], Cursor>> = {
    path: [image.pathKey],
    state: [STATES.indexOf(image.state), image.pathKey],
    modified: [image.modifiedMs, image.id],
    size: [image.sizeBytes, image.id],
    objects: [image.annotationCount, image.id],
    score: [image.lowestScore ?? 9, image.id],
  };
  return Buffer.from(JSON.stringify([sort, ...keys[sort]])).toString('base64url');
}

function parsedCursor(text: string, sort: ImageQuery['sort']): Cursor {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw pageCursorInvalid();
  }
  const length = sort === 'path' ? 2 : 3;
  const fits = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
  if (!Array.isArray(parsed) || parsed.length !== length || !parsed.every(fits) || parsed[0] !== sort) {
    throw pageCursorInvalid();
  }
  return parsed.slice(1) as Cursor;
}

function imageOf(row: ImageRow): StoredImage {
  return {
    id: row.id,
    path: row.path,
    pathKey: row.path_key,
    sizeBytes: row.size_bytes,
    modifiedMs: row.modified_ms,
    width: row.width,
    height: row.height,
    format: row.format,
    orientation: row.orientation,
    sha256: row.sha256,
    annotatedSha256: row.annotated_sha256,
    problem: row.problem,
    state: STATES[row.state] ?? 'unseen',
    annotationCount: row.annotation_count,
    unreviewedCount: row.unreviewed_count,
    tags: JSON.parse(row.tags) as ImageTags,
    contrast: row.contrast,
    edgeDensity: row.edge_density,
    lowestScore: row.lowest_score,
  };
}

function rowOf(image: StoredImage): ImageRow {
  return {
    id: image.id,
    path: image.path,
    path_key: image.pathKey,
    size_bytes: image.sizeBytes,
    modified_ms: image.modifiedMs,
    width: image.width,
    height: image.height,
    format: image.format,
    orientation: image.orientation,
    sha256: image.sha256,
    annotated_sha256: image.annotatedSha256,
    problem: image.problem,
    state: STATES.indexOf(image.state),
    annotation_count: image.annotationCount,
    unreviewed_count: image.unreviewedCount,
    tags: JSON.stringify(image.tags),
    contrast: image.contrast,
    edge_density: image.edgeDensity,
    lowest_score: image.lowestScore,
  };
}

const COLUMNS = {
  sizeBytes: 'size_bytes',
  modifiedMs: 'modified_ms',
  width: 'width',
  height: 'height',
  format: 'format',
  orientation: 'orientation',
  sha256: 'sha256',
  annotatedSha256: 'annotated_sha256',
  problem: 'problem',
  contrast: 'contrast',
  edgeDensity: 'edge_density',
} as const satisfies Record<keyof ImageChange, keyof ImageRow>;

function changedColumns(change: ImageChange): Partial<ImageRow> {
  const columns: Readonly<Record<string, string>> = COLUMNS;
  return Object.fromEntries(Object.entries(change).map(([name, value]) => [columns[name], value]));
}

function decisionRow(imageId: string, decision: DecisionToStore) {
  return {
    image_id: imageId,
    entry_id: decision.entryId,
    annotation_id: decision.annotationId,
    kind: decision.kind,
    at: decision.at,
    author: decision.author,
    reason: decision.reason,
    note: decision.note,
    mask_id: decision.maskId,
    taken_back: decision.takenBack ? 1 : 0,
    score: decision.judged?.score ?? null,
    stability: decision.judged?.stability ?? null,
    painted: decision.judged === null ? null : Number(decision.judged.painted),
  };
}

function predictionRow(prediction: StoredPrediction, annotationId: string | null) {
  return {
    id: prediction.id,
    image_id: prediction.imageId,
    key: prediction.key,
    image_sha256: prediction.imageSha256,
    model: JSON.stringify(prediction.model),
    prompt: JSON.stringify(prediction.prompt),
    candidates: JSON.stringify(prediction.candidates.map(({ logits: _, ...rest }) => rest)),
    best: prediction.best,
    ran_in: prediction.where,
    provider: prediction.provider,
    cache: prediction.cache,
    timings_ms: JSON.stringify(prediction.timingsMs),
    annotation_id: annotationId,
    created_at: prediction.createdAt,
  };
}

function predictionOf(row: Selectable<Tables['predictions']>): StoredPrediction {
  return {
    id: row.id,
    key: row.key,
    imageId: row.image_id,
    imageSha256: row.image_sha256,
    model: JSON.parse(row.model) as StoredPrediction['model'],
    prompt: JSON.parse(row.prompt) as StoredPrediction['prompt'],
    candidates: JSON.parse(row.candidates) as StoredPrediction['candidates'],
    best: row.best,
    where: row.ran_in as StoredPrediction['where'],
    provider: row.provider,
    cache: row.cache as StoredPrediction['cache'],
    timingsMs: JSON.parse(row.timings_ms) as StoredPrediction['timingsMs'],
    createdAt: row.created_at,
  };
}
