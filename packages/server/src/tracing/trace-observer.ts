import { requestContext } from '../logging/request-context.ts';
import { type Observer, QUIET_OBSERVER } from '../observability/observer.ts';

/** Makes spans of the stages of encodes and answers, below the span of the request that they were made for. */
export const traceObserver: Observer = {
  ...QUIET_OBSERVER,
  encoded({ model, provider, cache, timingsMs: { queue, read, preprocess, encode } }) {
    requestContext.getStore()?.span?.stages(
      [
        { name: 'read', ms: read },
        { name: 'queue', ms: queue },
        { name: 'preprocess', ms: preprocess },
        { name: 'encode', ms: encode },
      ],
      { 'calque.model': model, 'calque.cache': cache, 'calque.provider': provider ?? 'cache' },
    );
  },
  predicted({ prediction, kind }) {
    const { model, provider, timingsMs } = prediction;
    const { queue, decode, postprocess, measure } = timingsMs;
    requestContext.getStore()?.span?.stages(
      [
        { name: 'queue', ms: queue },
        { name: 'decode', ms: decode },
        { name: 'postprocess', ms: postprocess },
        { name: 'measure', ms: measure },
      ],
      { 'calque.model': model.id, 'calque.kind': kind, 'calque.provider': provider },
    );
  },
};
