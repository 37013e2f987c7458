import { adviseThreshold } from '@calque/core';
import type { FastifyInstance } from 'fastify';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

export function monitoringRoutes({ monitoring, models, datasets }: ServerParts): Handlers {
  const { drift, history, metrics, startedAt } = monitoring;
  const read = async (minutes?: number) => ({
    startedAt: startedAt.toISOString(),
    minutes: history.minutes(minutes),
    figures: await metrics.figures(),
    drift: drift.report(),
    engines: await models.situations(),
  });
  return {
    readMonitoring: ({ query }) => read(query?.minutes),
    async adoptReference({ params }) {
      await models.state(params.modelId);
      await drift.adopt(params.modelId);
      return read();
    },
    async readAdvice({ params, query }) {
      const { storage } = datasets.get(params.datasetId);
      return adviseThreshold(await storage.judgedScores(), { wantedPrecision: query?.precision ?? 0.95 });
    },
  };
}

/** `GET /metrics`, in the format of Prometheus: where scrapers look for it, and so not below `/api`. */
export function registerMetrics(app: FastifyInstance, { metrics }: ServerParts['monitoring']): void {
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.text()),
  );
}
