import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { maskUnknown } from '../errors.ts';

export function maskRoutes({ datasets, predictor }: ServerParts): Handlers {
  return {
    async readMask({ params }) {
      const dataset = datasets.get(params.datasetId);
      await dataset.image(params.imageId);
      const mask = await dataset.storage.mask(params.maskId);
      if (mask === null) throw maskUnknown(params.maskId);
      return mask;
    },
    async writeMask({ params, body }) {
      await predictor.storeMask(datasets.get(params.datasetId), params.imageId, params.maskId, body);
    },
  };
}
