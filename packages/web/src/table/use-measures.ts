import type { WireMeasuredRow } from '@calque/api';
import { useEffect, useState } from 'react';
import { useServices } from '../app/services.tsx';

export interface MeasuresState {
  readonly rows: readonly WireMeasuredRow[];
  readonly images: { readonly done: number; readonly total: number };
  readonly isComplete: boolean;
  readonly error: Error | null;
}

const nothing: MeasuresState = { rows: [], images: { done: 0, total: 0 }, isComplete: false, error: null };
const imagesAPage = 200;
/** A table that grows is drawn again at most so often. */
const drawEveryMs = 400;

/** All rows of a dataset, as they come: page by page in the order of the images. */
export function useMeasures(datasetId: string): MeasuresState {
  const { client } = useServices();
  const [state, setState] = useState(nothing);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const rows: WireMeasuredRow[] = [];
    let images = { done: 0, total: 0 };
    const read = async () => {
      let after: string | null = null;
      let drawnMs = 0;
      do {
        const query = { limit: imagesAPage, ...(after === null ? {} : { after }) };
        const page: { rows: WireMeasuredRow[]; images: number; total: number; next: string | null } =
          await client.call('listMeasures', { params: { datasetId }, query, signal });
        for (const row of page.rows) rows.push(row);
        images = { done: images.done + page.images, total: page.total };
        after = page.next;
        if (performance.now() - drawnMs < drawEveryMs) continue;
        drawnMs = performance.now();
        setState({ rows: rows.slice(), images, isComplete: false, error: null });
      } while (after !== null);
      setState({ rows, images, isComplete: true, error: null });
    };
    setState(nothing);
    read().catch((error: Error) => {
      if (!signal.aborted) setState({ rows, images, isComplete: false, error });
    });
    return () => controller.abort();
  }, [client, datasetId]);
  return state;
}
