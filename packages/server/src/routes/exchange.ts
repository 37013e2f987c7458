import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { nameOf } from '../datasets/receive-uploads.ts';
import { requestInvalid, requestTooLarge } from '../errors.ts';
import { exportDataset, SINGLE_FILE_FORMATS } from '../exchange/export-dataset.ts';
import { importDataset } from '../exchange/import-dataset.ts';
import { openInFiles } from '../exchange/in-files.ts';
import { unzipTo } from '../exchange/unzip-to.ts';
import { writeBundle } from '../exchange/write-bundle.ts';
import { zipOf } from '../exchange/zip-files.ts';

const TYPES: Readonly<Record<string, string>> = {
  coco: 'application/json',
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl',
};
const EXTENSIONS: Readonly<Record<string, string>> = { coco: 'json', csv: 'csv', jsonl: 'jsonl' };

export function exchangeRoutes({ datasets, events, version, models }: ServerParts): Handlers {
  return {
    async exportDataset({ params, query }, { signal }) {
      const dataset = datasets.get(params.datasetId);
      const { format, scope = 'all', segmentation = 'rle' } = query;
      const made = await exportDataset(dataset, { format, scope, segmentation, version, signal });
      const name = `${basename(dataset.root)}-${format}`;
      if (!SINGLE_FILE_FORMATS.has(format)) {
        return { type: 'application/zip', body: zipOf(made.files), fileName: `${name}.zip` };
      }
      for await (const { content } of made.files) {
        const body = Buffer.from(content as Uint8Array);
        return {
          type: TYPES[format] as string,
          body,
          sizeBytes: body.length,
          fileName: `${name}.${EXTENSIONS[format]}`,
        };
      }
      throw requestInvalid('query', `nothing was written as ${format}`);
    },
    async readBundle({ params }, { signal }) {
      const dataset = datasets.get(params.datasetId);
      const { stream } = await writeBundle(dataset, { version, now: () => new Date(), signal });
      return { type: 'application/zip', body: stream, fileName: `${basename(dataset.root)}.calque.zip` };
    },
    async importDataset({ params, query }, { request, signal }) {
      const dataset = datasets.get(params.datasetId);
      return withUpload(dataset, request, async (path) => {
        const result = await importDataset(dataset, await openInFiles(path), {
          format: query.format,
          partial: query.partial ?? false,
          model: models.defaultModel,
          now: () => new Date(),
          signal,
          onImage: async (image, entries) => {
            events.tell({ type: 'entries', datasetId: dataset.id, imageId: image.id, entries: [...entries] });
            await dataset.tellImage('changed', image);
          },
        });
        return { ...result, faults: result.faults.slice(0, 1000) };
      });
    },
  };
}

/** The file that was sent, or the folder that was in the zip, for as long as `work` takes. */
async function withUpload<T>(
  { stateFolder }: Dataset,
  request: FastifyRequest,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (!request.isMultipart()) throw requestInvalid('body', 'it is not multipart/form-data');
  const folder = join(stateFolder, 'uploads', randomUUID());
  await mkdir(folder, { recursive: true });
  try {
    const part = await request.file();
    if (part === undefined) throw requestInvalid('body', 'it has no file');
    const name =
      basename(nameOf(part).replaceAll('\\', '/')).replaceAll(/[^\p{L}\p{N}._ -]/gu, '_') || 'file';
    const path = join(folder, name.replace(/^\.+/, '_'));
    await pipeline(part.file, createWriteStream(path, { flags: 'wx' }));
    if (part.file.truncated) throw requestTooLarge('the size of one file in docs/http.md');
    if (!path.toLowerCase().endsWith('.zip')) return await work(path);
    const unpacked = join(folder, 'unpacked');
    await unzipTo(path, unpacked);
    return await work(unpacked);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
