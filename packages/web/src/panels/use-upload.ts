import type { WireDataset } from '@calque/api';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useServices } from '../app/services.tsx';

export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly settled: boolean;
  /** Why the server does not take it, in its own words. */
  readonly refusal: string | null;
}

export interface Upload {
  readonly files: readonly UploadedFile[];
  readonly done: number;
  add(files: readonly File[]): void;
  clear(): void;
}

/** Files in one request: few enough that progress shows, many enough that a thousand files are not a thousand requests. */
const batchSize = 4;

/** Adds image files to a dataset: chosen, dropped or pasted. */
export function useUpload(dataset: WireDataset): Upload {
  const { client } = useServices();
  const queries = useQueryClient();
  const [files, setFiles] = useState<readonly UploadedFile[]>([]);
  const { id: datasetId, writable } = dataset;

  const settle = useCallback((ids: readonly string[], refusals: ReadonlyMap<string, string>) => {
    setFiles((known) =>
      known.map((file) =>
        ids.includes(file.id) ? { ...file, settled: true, refusal: refusals.get(file.name) ?? null } : file,
      ),
    );
  }, []);

  const send = useCallback(
    async (batch: readonly { readonly id: string; readonly file: File }[]) => {
      const body = new FormData();
      for (const { file } of batch) body.append('files', file, file.name);
      const ids = batch.map(({ id }) => id);
      try {
        // The multipart body is what this route takes; its schema cannot say so.
        const answer = await client.call('uploadImages', { params: { datasetId }, body } as never);
        settle(ids, new Map(answer.refused.map(({ name, detail }) => [name, detail])));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        settle(ids, new Map(batch.map(({ file }) => [file.name, reason])));
      }
      await queries.invalidateQueries({ queryKey: ['images', datasetId] });
    },
    [client, queries, datasetId, settle],
  );

  const add = useCallback(
    (chosen: readonly File[]) => {
      if (!writable || chosen.length === 0) return;
      const queued = chosen.map((file) => ({ id: crypto.randomUUID(), file }));
      setFiles((known) => [
        ...known,
        ...queued.map(({ id, file }) => ({ id, name: file.name, settled: false, refusal: null })),
      ]);
      void (async () => {
        for (let at = 0; at < queued.length; at += batchSize) await send(queued.slice(at, at + batchSize));
      })();
    },
    [writable, send],
  );

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (pasted.length > 0) add(pasted);
    };
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  }, [add]);

  return { files, done: files.filter(({ settled }) => settled).length, add, clear: () => setFiles([]) };
}
