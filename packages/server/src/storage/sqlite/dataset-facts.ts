import { type Kysely, sql } from 'kysely';
import type {
  AppendedEntries,
  DatasetStatistics,
  Distribution,
  StoredPrediction,
  TagChange,
} from '../storage.ts';
import type { Tables } from './tables.ts';

type Database = Kysely<Tables>;

export async function changeTags(db: Database, { imageIds, add, remove, refuse }: TagChange): Promise<void> {
  const put = async (tags: readonly string[], kind: string): Promise<void> => {
    const rows = tags.flatMap((tag) => imageIds.map((image_id) => ({ tag, image_id, kind })));
    // SQLite takes 32,766 values in one statement.
    for (let i = 0; i < rows.length; i += 5000) {
      await db
        .insertInto('image_tags')
        .values(rows.slice(i, i + 5000))
        .onConflict((conflict) => conflict.columns(['tag', 'image_id']).doUpdateSet({ kind }))
        .execute();
    }
  };
  if (remove.length > 0 && imageIds.length > 0) {
    await db.deleteFrom('image_tags').where('tag', 'in', remove).where('image_id', 'in', imageIds).execute();
  }
  await put(add, 'set');
  await put(refuse, 'refused');
  for (let i = 0; i < imageIds.length; i += 5000) await writeTags(db, imageIds.slice(i, i + 5000));
}

/** The tags as the list of images shows them, beside the table that is searched. */
async function writeTags(db: Database, imageIds: readonly string[]): Promise<void> {
  const of = (kind: string) =>
    sql`json((SELECT json_group_array(tag) FROM (
      SELECT tag FROM image_tags WHERE image_id = images.id AND kind = ${kind} ORDER BY tag)))`;
  await sql`UPDATE images SET tags = json_object('set', ${of('set')}, 'refused', ${of('refused')})
    WHERE id IN (${sql.join(imageIds)})`.execute(db);
}

/** The answer to an annotation is newer than the one that was counted. */
export async function updateLowestScore(
  db: Database,
  { imageId, candidates, best }: StoredPrediction,
  annotationId: string,
): Promise<void> {
  const chosen = candidates[best];
  if (chosen === undefined) return;
  const [height, width] = chosen.rle.size;
  const facts = { score: chosen.score, area_ratio: chosen.areaPx / (width * height) };
  await db
    .insertInto('annotation_facts')
    .values({ image_id: imageId, annotation_id: annotationId, label_id: null, present: 1, ...facts })
    .onConflict((conflict) => conflict.columns(['image_id', 'annotation_id']).doUpdateSet(facts))
    .execute();
  await lowest(db, imageId);
}

/** Which annotations there are, and their labels, after entries were appended. */
export async function updatePresent(db: Database, { imageId, present }: AppendedEntries): Promise<void> {
  await db.updateTable('annotation_facts').set({ present: 0 }).where('image_id', '=', imageId).execute();
  for (const { id, labelId } of present) {
    await db
      .insertInto('annotation_facts')
      .values({
        image_id: imageId,
        annotation_id: id,
        label_id: labelId,
        score: null,
        area_ratio: null,
        present: 1,
      })
      .onConflict((conflict) =>
        conflict.columns(['image_id', 'annotation_id']).doUpdateSet({ label_id: labelId, present: 1 }),
      )
      .execute();
  }
  await lowest(db, imageId);
}

async function lowest(db: Database, imageId: string): Promise<void> {
  await sql`UPDATE images SET lowest_score = (
    SELECT min(score) FROM annotation_facts WHERE image_id = ${imageId} AND present = 1) WHERE id = ${imageId}`.execute(
    db,
  );
}

const BINS = {
  megapixels: [0, 0.5, 1, 2, 4, 8, 16, 32, 64],
  objects: [0, 1, 2, 3, 5, 8, 13, 21, 34],
  scores: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  areaRatios: [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
} as const;

export async function readStatistics(db: Database): Promise<DatasetStatistics> {
  const named = async (query: ReturnType<typeof sql<{ name: string; count: number }>>) =>
    (await query.execute(db)).rows;
  return {
    formats: await named(
      sql`SELECT coalesce(format, '') AS name, count(*) AS count FROM images GROUP BY 1 ORDER BY 2 DESC, 1`,
    ),
    tags: await named(
      sql`SELECT tag AS name, count(*) AS count FROM image_tags WHERE kind = 'set' GROUP BY 1 ORDER BY 2 DESC, 1`,
    ),
    labels: (
      await sql<{ id: string | null; count: number }>`
        SELECT label_id AS id, count(*) AS count FROM annotation_facts WHERE present = 1 GROUP BY 1 ORDER BY 2 DESC, 1`.execute(
        db,
      )
    ).rows,
    megapixels: await binned(
      db,
      BINS.megapixels,
      sql`SELECT width * height / 1e6 AS value FROM images WHERE width IS NOT NULL`,
    ),
    objects: await binned(db, BINS.objects, sql`SELECT annotation_count AS value FROM images`),
    scores: await binned(
      db,
      BINS.scores,
      sql`SELECT score AS value FROM annotation_facts WHERE present = 1 AND score IS NOT NULL`,
    ),
    areaRatios: await binned(
      db,
      BINS.areaRatios,
      sql`SELECT area_ratio AS value FROM annotation_facts WHERE present = 1 AND area_ratio IS NOT NULL`,
    ),
  };
}

/** What lies below the first bin counts in it: scores of models can leave 0 … 1. */
async function binned(
  db: Database,
  from: readonly number[],
  values: ReturnType<typeof sql>,
): Promise<Distribution> {
  const counts = sql.join(
    from.map((low, bin) => {
      const next = from[bin + 1];
      const above = bin === 0 ? sql`1` : sql`value >= ${low}`;
      return sql`coalesce(sum(${above} AND ${next === undefined ? sql`1` : sql`value < ${next}`}), 0) AS ${sql.id(`b${bin}`)}`;
    }),
  );
  const { rows } = await sql<Record<string, number>>`SELECT ${counts} FROM (${values})`.execute(db);
  return { from, counts: from.map((_, bin) => rows[0]?.[`b${bin}`] ?? 0) };
}
