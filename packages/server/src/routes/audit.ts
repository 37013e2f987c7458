import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

const DEFAULT_PAGE = 100;

export function auditRoutes({ datasets }: ServerParts): Handlers {
  return {
    async readAudit({ params, query = {} }) {
      const { after = 0, limit = DEFAULT_PAGE } = query;
      const { storage } = datasets.get(params.datasetId);
      const entries = await storage.audit(after, limit + 1);
      const page = entries.slice(0, limit);
      return { entries: page, next: entries.length > limit ? (page.at(-1)?.number ?? null) : null };
    },
  };
}
