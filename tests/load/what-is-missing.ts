import type { Client } from '@calque/api';
import type { Acknowledged } from './person-at-work.ts';

/** What the server had said yes to and does not have: one line each. */
export async function whatIsMissing(
  client: Client,
  datasetId: string,
  { entries, decisions, predictions, masks }: Acknowledged,
): Promise<string[]> {
  const missing: string[] = [];
  for (const [imageId, ids] of entries) {
    const { entries: log } = await client.call('readDocument', { params: { datasetId, imageId } });
    const there = log.map(({ entry }) => entry.id);
    missing.push(...ids.filter((id) => !there.includes(id)).map((id) => `entry ${id} of ${imageId}`));
    if (new Set(there).size !== there.length) missing.push(`an entry of ${imageId} is there twice`);
    if (log.some(({ seq }, index) => seq !== index + 1)) missing.push(`the log of ${imageId} has a gap`);
  }
  const audited = await auditedEntries(client, datasetId);
  missing.push(
    ...decisions
      .filter(({ entryId }) => !audited.has(entryId))
      .map(({ entryId }) => `audit line of ${entryId}`),
  );
  for (const [imageId, keys] of byImage(predictions.map(({ imageId, key }) => [imageId, key]))) {
    const found = await client.call('findPredictions', { params: { datasetId, imageId }, body: { keys } });
    const there = new Set(found.map(({ key }) => key));
    missing.push(...keys.filter((key) => !there.has(key)).map((key) => `prediction ${key} of ${imageId}`));
  }
  for (const { imageId, maskId } of masks) {
    const mask = await client.call('readMask', { params: { datasetId, imageId, maskId } }).catch(() => null);
    if (mask === null) missing.push(`mask ${maskId} of ${imageId}`);
  }
  return missing;
}

async function auditedEntries(client: Client, datasetId: string): Promise<Set<string>> {
  const audited = new Set<string>();
  for (let after: number | null = 0; after !== null; ) {
    const page: { entries: { entryId: string }[]; next: number | null } = await client.call('readAudit', {
      params: { datasetId },
      query: { after, limit: 1000 },
    });
    for (const { entryId } of page.entries) audited.add(entryId);
    after = page.next;
  }
  return audited;
}

/** At most as many keys a call as the interface takes. */
function byImage(pairs: readonly (readonly [string, string])[]): [string, string[]][] {
  const grouped = new Map<string, Set<string>>();
  for (const [imageId, key] of pairs) grouped.set(imageId, (grouped.get(imageId) ?? new Set()).add(key));
  return [...grouped].flatMap(([imageId, keys]) => {
    const all = [...keys];
    const parts: [string, string[]][] = [];
    for (let at = 0; at < all.length; at += 100) parts.push([imageId, all.slice(at, at + 100)]);
    return parts;
  });
}
