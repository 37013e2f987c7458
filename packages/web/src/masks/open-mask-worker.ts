import { wrap } from 'comlink';
import type { MaskWorker } from './create-mask-maker.ts';
import type { MaskCalls } from './mask-calls.ts';

export function openMaskWorker(): MaskWorker {
  const worker = new Worker(new URL('./mask-maker.worker.ts', import.meta.url), { type: 'module' });
  const remote = wrap<MaskCalls>(worker);
  const failed = new Promise<string>((resolve) => {
    worker.onerror = (event) => resolve(event.message || 'its script could not be loaded');
  });
  return {
    calls: { show: (source) => remote.show(source), paint: (stroke) => remote.paint(stroke) },
    failed,
    end: () => worker.terminate(),
  };
}
