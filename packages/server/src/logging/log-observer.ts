import { type Observer, QUIET_OBSERVER } from '../observability/observer.ts';
import { logEngine } from './log-engine.ts';
import { forRequest } from './request-context.ts';
import type { ServerLog } from './server-log.ts';

/** Writes down which work was done; never what was in an image or where a prompt pointed. */
export function logObserver(log: ServerLog): Observer {
  return {
    ...QUIET_OBSERVER,
    encoded({ model, provider, cache, timingsMs }) {
      log.info({ ...forRequest(), model, provider, cache, ms: Math.round(timingsMs.total) }, 'encoded');
    },
    predicted({ prediction, kind }) {
      const { id, model, provider, where, timingsMs } = prediction;
      const facts = {
        prediction: id,
        model: model.id,
        provider,
        where,
        kind,
        ms: Math.round(timingsMs.total),
      };
      log.debug({ ...forRequest(), ...facts }, 'predicted');
    },
    engine: (model, event) => logEngine(log, model, event),
    decided({ decision: { kind, annotationId, entryId, reason } }) {
      log.info({ ...forRequest(), decision: kind, annotationId, entryId, reason }, 'decided');
    },
  };
}
