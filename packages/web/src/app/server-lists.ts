import type {
  ModelState,
  ServerEvent,
  Session,
  WireDataset,
  WireImage,
  WireLabel,
  WireStatistics,
} from '@calque/api';
import {
  type InfiniteData,
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ImageChoice } from './interface-state.ts';
import { type Services, useServices } from './services.tsx';

const pageSize = 200;

export interface ImageFilter {
  readonly search: string;
  readonly unreviewedOnly: boolean;
  readonly choice: ImageChoice;
}

interface ImagePage {
  readonly images: readonly WireImage[];
  readonly next: string | null;
  readonly total: number;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    // Events say what changed; asking again on every focus would only load the server.
    defaultOptions: { queries: { staleTime: 60_000, refetchOnWindowFocus: false, retry: 1 } },
  });
}

export function useDatasets() {
  const { client } = useServices();
  return useQuery({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => client.call('listDatasets', { signal }),
  });
}

/** Who is signed in; undefined until the server has said so. */
export function useSession(): Session | undefined {
  const { client } = useServices();
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => client.call('readSession', { signal }),
  }).data;
}

/** False for who may look alone; until the server has said so, nothing is held back. */
export function useMayEdit(): boolean {
  return useSession()?.role !== 'viewer';
}

export function useDataset(datasetId: string): WireDataset | undefined {
  return useDatasets().data?.find((dataset) => dataset.id === datasetId);
}

export function useModels(): readonly ModelState[] {
  const { client } = useServices();
  const query = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => client.call('listModels', { signal }),
  });
  return query.data ?? [];
}

export function useLabels(datasetId: string): readonly WireLabel[] {
  const { client } = useServices();
  const query = useQuery({
    queryKey: ['labels', datasetId],
    queryFn: ({ signal }) => client.call('readLabels', { params: { datasetId }, signal }),
  });
  return query.data ?? [];
}

export function useImage(datasetId: string, imageId: string) {
  const { client } = useServices();
  return useQuery({
    queryKey: ['image', datasetId, imageId],
    queryFn: ({ signal }) => client.call('readImage', { params: { datasetId, imageId }, signal }),
  });
}

export interface ImageList {
  readonly images: readonly WireImage[];
  readonly total: number;
  readonly loading: boolean;
  readonly error: Error | null;
  readonly more: boolean;
  loadMore(): void;
}

function queryOf({ sort, state, tag, label, minObjects, maxScore }: ImageChoice) {
  return {
    ...(sort === 'path' ? {} : { sort }),
    ...(state === null ? {} : { state }),
    ...(tag === null ? {} : { tag }),
    ...(label === null ? {} : { label }),
    ...(minObjects === null ? {} : { minObjects }),
    ...(maxScore === null ? {} : { maxScore }),
  };
}

export function useStatistics(datasetId: string): WireStatistics | undefined {
  const { client } = useServices();
  return useQuery({
    queryKey: ['statistics', datasetId],
    queryFn: ({ signal }) => client.call('readStatistics', { params: { datasetId }, signal }),
    staleTime: 2000,
  }).data;
}

/** Images of a dataset as far as they were scrolled to; more are fetched a page at a time. */
export function useImageList(datasetId: string, { search, unreviewedOnly, choice }: ImageFilter): ImageList {
  const { client } = useServices();
  const query = useInfiniteQuery({
    queryKey: ['images', datasetId, search, unreviewedOnly, choice],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      client.call('listImages', {
        params: { datasetId },
        query: {
          limit: pageSize,
          ...(pageParam === '' ? {} : { after: pageParam }),
          ...(search === '' ? {} : { search }),
          ...(unreviewedOnly ? { unreviewed: true } : {}),
          ...queryOf(choice),
        },
        signal,
      }),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return useMemo(
    () => ({
      images: data?.pages.flatMap((page) => page.images) ?? [],
      total: data?.pages[0]?.total ?? 0,
      loading: query.isPending,
      error: query.error,
      more: hasNextPage,
      loadMore: () => {
        if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
      },
    }),
    [data, hasNextPage, isFetchingNextPage, fetchNextPage, query.isPending, query.error],
  );
}

/** Keeps the lists true to what the server tells. Returns what ends it. */
export function followEvents(queries: QueryClient, { events, preferences }: Services): () => void {
  const reload = throttled(() => void queries.invalidateQueries({ queryKey: ['images'] }), 1000);
  const stop = events.listen((event) => {
    takeEvent(queries, event, reload.run);
    if (event.type === 'settings') preferences.take(event.settings);
  });
  return () => {
    stop();
    reload.cancel();
  };
}

function takeEvent(queries: QueryClient, event: ServerEvent, reloadImages: () => void): void {
  switch (event.type) {
    case 'hello':
      void queries.invalidateQueries();
      return;
    case 'dataset':
      queries.setQueryData<WireDataset[]>(['datasets'], (known) => replaced(known ?? [], event.dataset));
      return;
    case 'model':
      queries.setQueryData<ModelState[]>(['models'], (known) => replaced(known ?? [], event.model));
      return;
    case 'labels':
      queries.setQueryData(['labels', event.datasetId], event.labels);
      return;
    case 'image':
      takeImage(queries, event.image, event.change, reloadImages);
      return;
    case 'entries':
    case 'embedding':
    case 'sensitivity-progress':
    case 'report':
    case 'settings':
      return;
  }
}

function takeImage(
  queries: QueryClient,
  image: WireImage,
  change: 'added' | 'changed' | 'removed',
  reloadImages: () => void,
): void {
  queries.setQueryData(['image', image.datasetId, image.id], image);
  if (change !== 'changed') {
    reloadImages();
    return;
  }
  queries.setQueriesData<InfiniteData<ImagePage>>({ queryKey: ['images', image.datasetId] }, (list) =>
    list === undefined
      ? list
      : {
          ...list,
          pages: list.pages.map((page) => ({
            ...page,
            images: page.images.map((known) => (known.id === image.id ? image : known)),
          })),
        },
  );
}

function replaced<Item extends { readonly id: string }>(list: readonly Item[], item: Item): Item[] {
  return list.some(({ id }) => id === item.id)
    ? list.map((known) => (known.id === item.id ? item : known))
    : [...list, item];
}

/** At most once in this time, the last call included: a folder being indexed tells of thousands of images. */
function throttled(run: () => void, intervalMs: number): { run(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    run() {
      timer ??= setTimeout(() => {
        timer = undefined;
        run();
      }, intervalMs);
    },
    cancel: () => clearTimeout(timer),
  };
}
