import type { ReportJob, ReportRequest, WireDataset } from '@calque/api';
import { useEffect, useState } from 'react';
import { useServices } from '../app/services.tsx';

export interface ReportWork {
  /** Null before the first. */
  readonly job: ReportJob | null;
  /** Why it could not be started. */
  readonly refusal: string | null;
  start(request: ReportRequest): void;
  cancel(): void;
}

/** A report of a dataset as it is being made; the server tells how far it is. */
export function useReport({ id: datasetId }: WireDataset): ReportWork {
  const { client, events } = useServices();
  const [job, setJob] = useState<ReportJob | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const reportId = job?.id;
  useEffect(() => {
    if (reportId === undefined) return undefined;
    const stop = events.listen((event) => {
      if (event.type === 'report' && event.job.id === reportId) setJob(event.job);
    });
    // What was told between the answer and now, or while the connection was lost.
    const look = () => {
      client.call('readReport', { params: { datasetId, reportId } }).then(setJob, () => undefined);
    };
    look();
    const unwatch = events.watch((state) => {
      if (state === 'connected') look();
    });
    return () => {
      stop();
      unwatch();
    };
  }, [client, events, datasetId, reportId]);
  return {
    job,
    refusal,
    start: (request) => {
      setRefusal(null);
      client.call('startReport', { params: { datasetId }, body: request }).then(setJob, (error: unknown) => {
        setRefusal(error instanceof Error ? error.message : String(error));
      });
    },
    cancel: () => {
      if (reportId === undefined) return;
      client.call('cancelReport', { params: { datasetId, reportId } }).catch(() => undefined);
    },
  };
}
