import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { reportNotReady } from '../errors.ts';
import { REPORT_POLICY } from '../security/content-policy.ts';

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
      const fileName = basename(job.path);
      const body = await readFile(job.path);
      // A browser shows no PDF in a sandbox.
      return job.format === 'pdf'
        ? { type: 'application/pdf', body, fileName, policy: null }
        : { type: 'text/html; charset=utf-8', body, fileName, policy: REPORT_POLICY };
    },
  };
}
