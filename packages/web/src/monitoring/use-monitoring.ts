import type { Advice, Monitoring } from '@calque/api';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../app/services.tsx';

export const SPANS = [60, 360, 1440] as const;
/** Minutes that are shown. */
export type Span = (typeof SPANS)[number];

/** The more is shown, the less a new minute changes of it. */
const EVERY_MS: Readonly<Record<Span, number>> = { 60: 5000, 360: 15_000, 1440: 60_000 };

/** What the server watches, asked for again and again while the page is in view. */
export function useMonitoring(span: Span) {
  const { client } = useServices();
  return useQuery({
    queryKey: ['monitoring', span],
    queryFn: ({ signal }) => client.call('readMonitoring', { query: { minutes: span }, signal }),
    refetchInterval: EVERY_MS[span],
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
}

export function useAdvice(datasetId: string | undefined, precision: number) {
  const { client } = useServices();
  return useQuery<Advice>({
    queryKey: ['advice', datasetId, precision],
    enabled: datasetId !== undefined,
    queryFn: ({ signal }) =>
      client.call('readAdvice', { params: { datasetId: datasetId ?? '' }, query: { precision }, signal }),
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });
}

/** Takes the latest values of a model for its reference. */
export function useAdoptReference() {
  const { client } = useServices();
  const queries = useQueryClient();
  return useMutation<Monitoring, Error, string>({
    mutationFn: (modelId) => client.call('adoptReference', { params: { modelId } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['monitoring'] }),
  });
}
