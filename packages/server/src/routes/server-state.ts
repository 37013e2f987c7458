import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';

export function stateRoutes({ settings, events, models, version }: ServerParts): Handlers {
  const startedMs = Date.now();
  return {
    async health() {
      const states = await models.list();
      const ready = states.find(({ isDefault }) => isDefault);
      return {
        status: ready?.status === 'ready' ? 'ok' : ready?.status === 'failed' ? 'degraded' : 'starting',
        version,
        uptimeS: (Date.now() - startedMs) / 1000,
        models: states,
        engine: await models.engineFacts(),
      };
    },
    async readSettings() {
      return settings.read();
    },
    async changeSettings({ body }) {
      const changed = await settings.change(body);
      events.tell({ type: 'settings', settings: changed });
      return changed;
    },
  };
}
