import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

const DEFAULT_PAGE = 100;

export function datasetRoutes({ datasets }: ServerParts): Handlers {
  return {
    async listDatasets() {
      return Promise.all(datasets.all().map((dataset) => dataset.describe()));
    },
    async readDataset({ params }) {
      return datasets.get(params.datasetId).describe();
    },
    async readLabels({ params }) {
      return [...(await datasets.get(params.datasetId).storage.labels())];
    },
    async writeLabels({ params, body }) {
      const dataset = datasets.get(params.datasetId);
      await dataset.replaceLabels(body);
      return [...(await dataset.storage.labels())];
    },
    async writeCalibration({ params, body }) {
      const dataset = datasets.get(params.datasetId);
      await dataset.changeCalibration(body.calibration);
      return dataset.describe();
    },
    async listImages({ params, query = {} }) {
      const dataset = datasets.get(params.datasetId);
      const { images, next, total } = await dataset.list({
        sort: query.sort ?? 'path',
        limit: query.limit ?? DEFAULT_PAGE,
        after: query.after ?? null,
        state: query.state ?? null,
        unreviewed: query.unreviewed ?? false,
        search: query.search ?? null,
      });
      return { images: images.map((image) => dataset.wire(image)), next, total };
    },
  };
}
