import type { NamedTensors } from '@calque/models';

/** Embeddings in memory, bounded by bytes, least recently used dropped first; the last one stays in any case. */
export class EmbeddingMemory {
  readonly #entries = new Map<string, NamedTensors>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): NamedTensors | null {
    const found = this.#entries.get(key);
    if (found === undefined) return null;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  set(key: string, tensors: NamedTensors): void {
    this.#delete(key);
    this.#entries.set(key, tensors);
    this.#bytes += sizeOf(tensors);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === key) return;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    const found = this.#entries.get(key);
    if (found === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(found);
  }
}

function sizeOf(tensors: NamedTensors): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}
