import { packEmbedding } from '@calque/engine/node';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { forRequest } from '../logging/request-context.ts';

export function embeddingRoutes({ datasets, embeddings }: ServerParts): Handlers {
  return {
    async readEmbedding({ params, query }) {
      return embeddings.state(datasets.get(params.datasetId), params.imageId, query.model);
    },
    async requestEmbedding({ params, body }) {
      return embeddings.request(datasets.get(params.datasetId), params.imageId, body);
    },
    async releaseEmbedding({ params, query }) {
      embeddings.release(datasets.get(params.datasetId), params.imageId, query.model, query.page);
    },
    async readEmbeddingTensors({ params, query }, { signal }) {
      const dataset = datasets.get(params.datasetId);
      const { engine, encoded } = await embeddings.ready(dataset, params.imageId, query.model, signal);
      const tensors = await engine.tensors(encoded, { signal, ...forRequest() });
      return {
        type: 'application/octet-stream',
        body: packEmbedding(encoded.key, tensors),
        etag: encoded.key,
      };
    },
  };
}
