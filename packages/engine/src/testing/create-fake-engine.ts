import type { Engine } from '../contract.ts';
import { EngineService, type EngineServiceOptions } from '../service/engine-service.ts';
import { FakeBackend, type FakeBackendOptions } from './fake-backend.ts';

/** The real scheduling and sharing over {@link FakeBackend}: no process, no file, no waiting. */
export function createFakeEngine(
  options: FakeBackendOptions & Pick<EngineServiceOptions, 'maxWaiting'> = {},
): Engine & { readonly backend: FakeBackend } {
  const backend = new FakeBackend(options);
  const { maxWaiting } = options;
  const engine = new EngineService({
    backend,
    keyOf: (pixelSha256) => `key-${pixelSha256}`,
    ...(maxWaiting === undefined ? {} : { maxWaiting }),
  });
  return Object.assign(engine, { backend });
}
