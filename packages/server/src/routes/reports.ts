import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { reportNotReady } from '../errors.ts';

export function reportRoutes({ datasets, reports }: ServerParts): Handlers {
  return {
    async startReport({ params, body }) {
      return reports.start(datasets.get(params.datasetId), body);
    },
    async readReport({ params }) {
      return reports.job(datasets.get(params.datasetId), params.reportId);
    },
    async cancelReport({ params }) {
      reports.cancel(datasets.get(params.datasetId), params.reportId);
      return undefined;
    },
    async readReportFile({ params }) {
      const job = reports.job(datasets.get(params.datasetId), params.reportId);
      if (job.path === null) throw reportNotReady(job.id, job.state);
      const type = job.format === 'pdf' ? 'application/pdf' : 'text/html; charset=utf-8';
      return { type, body: await readFile(job.path), fileName: basename(job.path) };
    },
  };
}
