import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

export function sensitivityRoutes({ datasets, sensitivity }: ServerParts): Handlers {
  return {
    async measureSensitivity({ params, body }, { signal }) {
      return sensitivity.measure(datasets.get(params.datasetId), params.imageId, body, signal);
    },
    async findSensitivity({ params, query = {} }) {
      const dataset = datasets.get(params.datasetId);
      const { id } = await dataset.image(params.imageId);
      return [...(await dataset.storage.sensitivities(id, query.annotationId ?? null))];
    },
  };
}
