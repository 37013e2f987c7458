import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { proposeSelection } from '../datasets/propose-selection.ts';

const DEFAULT_PAGE = 100;

export function datasetRoutes({ datasets, pictures }: ServerParts): Handlers {
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
    async changeTags({ params, body }) {
      const dataset = datasets.get(params.datasetId);
      const { images: imageIds, add = [], remove = [], refuse = [] } = body;
      const images = await dataset.changeTags({ imageIds, add, remove, refuse });
      return images.map((image) => dataset.wire(image));
    },
    async readStatistics({ params }) {
      return datasets.get(params.datasetId).storage.statistics();
    },
    async proposeSelection({ params, body }, { signal }) {
      const dataset = datasets.get(params.datasetId);
      const images = await proposeSelection(dataset, pictures, { count: body.count, signal });
      return { images: images.map((image) => dataset.wire(image)) };
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
        tag: query.tag ?? null,
        label: query.label ?? null,
        minObjects: query.minObjects ?? null,
        maxScore: query.maxScore ?? null,
      });
      return { images: images.map((image) => dataset.wire(image)), next, total };
    },
  };
}
