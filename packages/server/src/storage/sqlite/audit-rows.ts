import { type Kysely, sql } from 'kysely';
import type { AppendedEntries, AuditEntry } from '../storage.ts';
import type { Tables } from './tables.ts';

/** In the transaction that stores the decisions: there is no decision without its line, nor a line without its decision. */
export async function writeAudit(db: Kysely<Tables>, append: AppendedEntries): Promise<void> {
  const { imageId, by, decisions, turned } = append;
  const subjects: Subject[] = decisions.map(({ annotationId, entryId, kind, reason }) => {
    return { annotation_id: annotationId, entry_id: entryId, kind, reason };
  });
  for (const { stepId, takenBack } of turned)
    subjects.push(...(await decidedIn(db, imageId, stepId, takenBack ? 'undo' : 'redo')));
  if (subjects.length === 0) return;
  const { path } = await db
    .selectFrom('images')
    .select('path')
    .where('id', '=', imageId)
    .executeTakeFirstOrThrow();
  const common = { at: by.at, person: by.person, request_id: by.requestId, image_id: imageId, path };
  await db
    .insertInto('audit')
    .values(subjects.map((subject) => ({ ...common, ...subject })))
    .execute();
}

interface Subject {
  readonly annotation_id: string;
  readonly entry_id: string;
  readonly kind: string;
  readonly reason: string | null;
}

async function decidedIn(
  db: Kysely<Tables>,
  imageId: string,
  stepId: string,
  kind: 'undo' | 'redo',
): Promise<Subject[]> {
  const rows = await db
    .selectFrom('decisions')
    .select(['annotation_id', 'entry_id'])
    .where('image_id', '=', imageId)
    .where('entry_id', '=', stepId)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({ ...row, kind, reason: null }));
}

export async function readAudit(
  db: Kysely<Tables>,
  after: number,
  limit: number,
): Promise<readonly AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute();
  return rows.map(({ request_id, image_id, annotation_id, entry_id, kind, reason, ...row }) => ({
    ...row,
    requestId: request_id,
    imageId: image_id,
    annotationId: annotation_id,
    entryId: entry_id,
    kind: kind as AuditEntry['kind'],
    reason: reason as AuditEntry['reason'],
  }));
}

const FORGOTTEN_BEFORE = 'audit-forgotten-before';

/** The setting is what the trigger on the table allows to be deleted; it only grows. */
export async function forgetAudit(db: Kysely<Tables>, before: Date): Promise<number> {
  const value = JSON.stringify(before.toISOString());
  await sql`INSERT INTO settings (key, value) VALUES (${FORGOTTEN_BEFORE}, ${value})
    ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)`.execute(db);
  const { numDeletedRows } = await db
    .deleteFrom('audit')
    .where('at', '<', before.toISOString())
    .executeTakeFirst();
  return Number(numDeletedRows);
}
