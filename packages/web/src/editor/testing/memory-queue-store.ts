import type { ImageKey, KeptEntry, KeptIds, KeptMask, KeptWork, QueueStore } from '../../sync/queue-store.ts';

interface KeptImage {
  readonly image: ImageKey;
  readonly entries: Map<string, KeptEntry>;
  readonly masks: Map<string, KeptMask>;
}

/** What IndexedDB keeps, without a browser: it outlives the pages that share it. */
export class MemoryQueueStore implements QueueStore {
  readonly #images = new Map<string, KeptImage>();
  /** Set: every write fails with it, as in a browser that keeps nothing. */
  failure: Error | null = null;

  async images(): Promise<ImageKey[]> {
    return [...this.#images.values()]
      .filter(({ entries, masks }) => entries.size + masks.size > 0)
      .map(({ image }) => image);
  }

  async load(image: ImageKey): Promise<KeptWork> {
    const { entries, masks } = this.#of(image);
    return {
      entries: [...entries.values()].sort((a, b) => a.place - b.place),
      masks: [...masks.values()],
    };
  }

  async keep(image: ImageKey, work: KeptWork): Promise<void> {
    if (this.failure !== null) throw this.failure;
    const kept = this.#of(image);
    for (const entry of work.entries) kept.entries.set(entry.entry.id, structuredClone(entry));
    for (const mask of work.masks) kept.masks.set(mask.maskId, structuredClone(mask));
  }

  async drop(image: ImageKey, { entryIds, maskIds }: KeptIds): Promise<void> {
    const kept = this.#of(image);
    for (const id of entryIds) kept.entries.delete(id);
    for (const id of maskIds) kept.masks.delete(id);
  }

  #of({ datasetId, imageId }: ImageKey): KeptImage {
    const name = `${datasetId}/${imageId}`;
    const known = this.#images.get(name);
    if (known !== undefined) return known;
    const made = { image: { datasetId, imageId }, entries: new Map(), masks: new Map() };
    this.#images.set(name, made);
    return made;
  }
}
