import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

export function predictionRoutes({ datasets, predictor }: ServerParts): Handlers {
  return {
    async predict({ params, body }, { signal }) {
      return predictor.predict(datasets.get(params.datasetId), params.imageId, body, signal);
    },
    async predictBatch({ params, body }, { signal }) {
      const started = performance.now();
      const answers = await predictor.predictBatch(
        datasets.get(params.datasetId),
        params.imageId,
        body,
        signal,
      );
      return { answers, totalMs: performance.now() - started };
    },
    async readLogits({ params: { datasetId, imageId, predictionId } }) {
      const body = await predictor.logits(datasets.get(datasetId), imageId, predictionId);
      return { type: 'application/octet-stream', body, immutable: true };
    },
    async recordPrediction({ params, body }) {
      return predictor.record(datasets.get(params.datasetId), params.imageId, body);
    },
    async findPredictions({ params, body }) {
      const dataset = datasets.get(params.datasetId);
      const { id } = await dataset.image(params.imageId);
      return [...(await dataset.storage.predictions(id, body.keys))];
    },
  };
}
