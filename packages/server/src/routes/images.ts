import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes, Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { openImageFile } from '../datasets/open-image-file.ts';
import { receiveCapture, receiveUploads } from '../datasets/receive-uploads.ts';
import { pathUnknown } from '../errors.ts';
import { type Picture, readTile, versionOf } from '../images/picture-store.ts';
import type { StoredImage } from '../storage/storage.ts';

export function imageRoutes(parts: ServerParts): Handlers {
  const { datasets, pictures } = parts;
  return {
    async uploadImages({ params }, { request }) {
      return receiveUploads(datasets.get(params.datasetId), request);
    },
    async storeCapture({ params }, { request }) {
      return receiveCapture(datasets.get(params.datasetId), request);
    },
    async readImage({ params }) {
      const dataset = datasets.get(params.datasetId);
      return dataset.wire(await dataset.examined(params.imageId));
    },
    async readImageFile({ params }) {
      const dataset = datasets.get(params.datasetId);
      const image = await dataset.image(params.imageId);
      const handle = await openImageFile(dataset.root, image.path);
      const { size } = await handle.stat();
      return {
        // Never a type that a browser would run: the content is somebody else's.
        type: image.format === null ? 'application/octet-stream' : `image/${image.format}`,
        body: handle.createReadStream(),
        sizeBytes: size,
        fileName: image.path.slice(image.path.lastIndexOf('/') + 1),
      };
    },
    async readThumbnail({ params, query }) {
      const dataset = datasets.get(params.datasetId);
      const image = await dataset.image(params.imageId);
      const side = query?.side ?? 160;
      return pictureBytes(await pictures.thumbnail(dataset, image, side), image, `t${side}`);
    },
    async readDisplay({ params }) {
      const dataset = datasets.get(params.datasetId);
      const image = await dataset.examined(params.imageId);
      return pictureBytes(await pictures.display(dataset, image), image, 'd');
    },
    async readTileDescriptor({ params }) {
      const dataset = datasets.get(params.datasetId);
      const image = await dataset.examined(params.imageId);
      const folder = await pictures.tiles(dataset, image);
      return {
        type: 'application/xml',
        body: await readFile(join(folder, 'tiles.dzi')),
        etag: versionOf(image),
      };
    },
    async readTile({ params }, { request }) {
      const dataset = datasets.get(params.datasetId);
      const image = await dataset.examined(params.imageId);
      const folder = await pictures.tiles(dataset, image);
      const body = await readTile(folder, params.level, params.tile);
      if (body === null) throw pathUnknown('GET', request.url);
      return { type: 'image/jpeg', body, etag: `${versionOf(image)}-${params.level}-${params.tile}` };
    },
  };
}

async function pictureBytes({ path, type }: Picture, image: StoredImage, kind: string): Promise<Bytes> {
  return {
    type,
    body: async () => createReadStream(path),
    sizeBytes: (await stat(path)).size,
    etag: `${kind}-${versionOf(image)}`,
  };
}
