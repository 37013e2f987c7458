import { join } from 'node:path';
import type { ModelKeeper } from '../models/model-keeper.ts';
import { ActivityHistory } from './activity-history.ts';
import { DriftWatch } from './drift-watch.ts';
import { type Observer, observers } from './observer.ts';
import { ProcessSampler } from './process-sampler.ts';
import { ServerMetrics } from './server-metrics.ts';

/** Everything that looks on. */
export interface Monitoring {
  /** To be told what happens. */
  readonly observer: Observer;
  readonly metrics: ServerMetrics;
  readonly drift: DriftWatch;
  readonly history: ActivityHistory;
  readonly startedAt: Date;
  /** Puts what was learnt on disk. */
  close(): Promise<void>;
}

export interface MonitoringOptions {
  /** Folder of everything that Calque keeps. */
  readonly home: string;
  readonly models: Pick<ModelKeeper, 'situations'>;
  /** Who is told besides. */
  readonly others?: readonly Observer[];
}

export async function openMonitoring({ home, models, others = [] }: MonitoringOptions): Promise<Monitoring> {
  const drift = await DriftWatch.open(join(home, 'monitoring'));
  const engines = () => models.situations();
  const metrics = new ServerMetrics({ engines, drift: () => drift.report() });
  const history = new ActivityHistory();
  const sampler = new ProcessSampler(history, engines);
  return {
    observer: observers(metrics, drift, history, ...others),
    metrics,
    drift,
    history,
    startedAt: new Date(),
    async close() {
      sampler.close();
      await drift.save();
    },
  };
}
