import type { WireMeasuredRow } from '@calque/api';
import { measuresTable, tableCsv, tableLatex, tableMarkdown } from '@calque/report';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { measuredAnnotations } from '../measures/measured-annotations.ts';
import { measuresOfDataset } from '../measures/measures-of-dataset.ts';

const DEFAULT_IMAGES = 100;

const FILES = {
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md' },
  latex: { type: 'application/x-tex; charset=utf-8', ending: 'tex' },
} as const;

export function measureRoutes({ datasets }: ServerParts): Handlers {
  return {
    async listMeasures({ params, query = {} }, { signal }) {
      const { storage } = datasets.get(params.datasetId);
      const limit = query.limit ?? DEFAULT_IMAGES;
      const page = await storage.listImages({ ...byPath, limit, after: query.after ?? null });
      const rows: WireMeasuredRow[] = [];
      for (const image of page.images) {
        signal.throwIfAborted();
        const measured = await measuredAnnotations(storage, image);
        rows.push(...measured.map((row) => ({ ...row, points: [...row.points] })));
      }
      return { rows, images: page.images.length, total: page.total, next: page.next };
    },
    async exportMeasures({ params, query }, { signal }) {
      const dataset = datasets.get(params.datasetId);
      const { objects, calibration } = await measuresOfDataset(dataset.storage, {
        signal,
        onProgress: () => undefined,
      });
      const { format, language } = query;
      const table = measuresTable(objects, { language, calibration });
      const text = { csv: tableCsv, markdown: tableMarkdown, latex: tableLatex }[format](table, language);
      const { type, ending } = FILES[format];
      return { type, body: Buffer.from(text), fileName: `measures.${ending}` };
    },
  };
}

const byPath = { sort: 'path', state: null, unreviewed: false, search: null } as const;
