import type { Client, ModelState, WireLabel } from '@calque/api';
import type { ServerEvents } from '../sync/server-events.ts';

/** Models and labels as the server told them last, so that the next image opens without asking again. */
export class NewestLists {
  readonly #client: Pick<Client, 'call'>;
  #models: Promise<readonly ModelState[]> | null = null;
  readonly #labels = new Map<string, Promise<readonly WireLabel[]>>();

  constructor(client: Pick<Client, 'call'>, events: Pick<ServerEvents, 'listen' | 'watch'>) {
    this.#client = client;
    events.listen((event) => {
      if (event.type === 'model') this.#models = null;
      if (event.type === 'labels') this.#labels.delete(event.datasetId);
    });
    // What happened while nobody listened was not told.
    events.watch(() => this.#forget());
  }

  models(): Promise<readonly ModelState[]> {
    if (this.#models !== null) return this.#models;
    const asked = this.#client.call('listModels', {});
    this.#models = asked;
    asked.catch(() => {
      if (this.#models === asked) this.#models = null;
    });
    return asked;
  }

  labels(datasetId: string): Promise<readonly WireLabel[]> {
    const known = this.#labels.get(datasetId);
    if (known !== undefined) return known;
    const asked = this.#client.call('readLabels', { params: { datasetId } });
    this.#labels.set(datasetId, asked);
    asked.catch(() => this.#labels.delete(datasetId));
    return asked;
  }

  #forget(): void {
    this.#models = null;
    this.#labels.clear();
  }
}
