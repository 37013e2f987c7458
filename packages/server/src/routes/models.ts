import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

export function modelRoutes({ models }: ServerParts): Handlers {
  return {
    async listModels() {
      return models.list();
    },
    async pullModel({ params }) {
      return models.pull(params.modelId);
    },
    async restoreModel({ params }) {
      return models.restore(params.modelId);
    },
    async readModelDecoder({ params }) {
      const { path, sha256 } = await models.decoder(params.modelId);
      return {
        type: 'application/octet-stream',
        body: async () => createReadStream(path),
        sizeBytes: (await stat(path)).size,
        etag: sha256,
      };
    },
  };
}
