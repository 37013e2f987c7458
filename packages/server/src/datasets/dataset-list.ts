import { datasetUnknown } from '../errors.ts';
import type { Dataset } from './dataset.ts';

/** The datasets that this server has open, in the order of its command line. */
export class DatasetList {
  readonly #datasets: readonly Dataset[];

  constructor(datasets: readonly Dataset[]) {
    this.#datasets = datasets;
  }

  all(): readonly Dataset[] {
    return this.#datasets;
  }

  /** Throws `dataset-unknown`. */
  get(id: string): Dataset {
    const found = this.#datasets.find((dataset) => dataset.id === id);
    if (found === undefined) throw datasetUnknown(id);
    return found;
  }

  async close(): Promise<void> {
    await Promise.all(this.#datasets.map((dataset) => dataset.close()));
  }
}
