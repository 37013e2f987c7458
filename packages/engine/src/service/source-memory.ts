import type { ImageSource } from '../contract.ts';

const PATH_COST_BYTES = 512;

/** Where each embedding came from, least recently encoded dropped first. */
export class SourceMemory {
  readonly #sources = new Map<string, ImageSource>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): ImageSource | undefined {
    return this.#sources.get(key);
  }

  set(key: string, source: ImageSource): void {
    this.#delete(key);
    this.#sources.set(key, source);
    this.#bytes += cost(source);
    for (const oldest of this.#sources.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    const source = this.#sources.get(key);
    if (source === undefined) return;
    this.#sources.delete(key);
    this.#bytes -= cost(source);
  }
}

function cost(source: ImageSource): number {
  return PATH_COST_BYTES + (source.kind === 'bytes' ? source.bytes.byteLength : 0);
}
