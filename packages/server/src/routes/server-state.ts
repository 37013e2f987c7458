import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { diagnose } from '../diagnosis/diagnose.ts';

export function stateRoutes({
  settings,
  events,
  models,
  version,
  guard,
  datasets,
  home,
}: ServerParts): Handlers {
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
    async diagnose() {
      return diagnose({ datasets: datasets.all(), home, version, now: () => new Date() });
    },
    async readSettings(_, { person }) {
      return guard.accounts === null || person === null ? settings.read() : guard.accounts.settings(person);
    },
    async changeSettings({ body }, { person }) {
      // Of one person, and of no concern to the pages of the others.
      if (guard.accounts !== null && person !== null) return guard.accounts.changeSettings(person, body);
      const changed = await settings.change(body);
      events.tell({ type: 'settings', settings: changed });
      return changed;
    },
  };
}
