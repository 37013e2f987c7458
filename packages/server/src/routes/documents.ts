import type { Entry } from '@calque/core';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { tellWork } from '../documents/tell-work.ts';

/** Who did it is what the server knows, whatever the page says. */
function signed(entries: readonly Entry[], person: string | null): Entry[] {
  return entries.map(({ by: _, ...entry }) => (person === null ? entry : { ...entry, by: person }));
}

export function documentRoutes({ datasets, events, monitoring }: ServerParts): Handlers {
  return {
    async readDocument({ params, query }) {
      const dataset = datasets.get(params.datasetId);
      const { id } = await dataset.image(params.imageId);
      const after = query?.after ?? 0;
      const entries = [...(await dataset.storage.entries(id, after))];
      return { seq: entries.at(-1)?.seq ?? after, entries };
    },
    async appendEntries({ params, body }, { person }) {
      const dataset = datasets.get(params.datasetId);
      const before = await dataset.image(params.imageId);
      if (before.annotatedSha256 === null) await dataset.markAnnotated(before.id);
      const { seq, entries, added, summary, decisions } = await dataset.documents.append(
        before.id,
        body.baseSeq,
        signed(body.entries, person),
      );
      if (added.length > 0) {
        events.tell({ type: 'entries', datasetId: dataset.id, imageId: before.id, entries: added });
        const isOther = (Object.keys(summary) as (keyof typeof summary)[]).some(
          (name) => before[name] !== summary[name],
        );
        await tellWork(monitoring.observer, {
          added,
          decisions,
          log: () => dataset.storage.entries(before.id, 0),
        });
        if (isOther) await dataset.tellImage('changed', await dataset.image(before.id));
      }
      return { seq, entries: [...entries] };
    },
  };
}
