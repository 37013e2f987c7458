import {
  applyEntry,
  documentOf,
  type Entry,
  emptyDocument,
  type ImageDocument,
  isCalqueError,
  type NumberedEntry,
} from '@calque/core';

/** The log of an image as far as the server has told it, without gaps from the first entry on. */
export class EntryLog {
  #seq = 0;
  #entries: readonly Entry[] = [];
  #document: ImageDocument = emptyDocument;
  #ids = new Set<string>();

  get seq(): number {
    return this.#seq;
  }

  get document(): ImageDocument {
    return this.#document;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  has(entryId: string): boolean {
    return this.#ids.has(entryId);
  }

  /**
   * Takes over what follows directly, in any order given and any number of times. `gap`: some are missing before others.
   * `diverged`: they continue another log than this one.
   */
  extend(entries: readonly NumberedEntry[]): 'unchanged' | 'extended' | 'gap' | 'diverged' {
    const before = this.seq;
    const news = entries.filter(({ seq }) => seq > before).sort((a, b) => a.seq - b.seq);
    const next = news.filter(({ seq }, i) => i === 0 || seq !== (news[i - 1] as NumberedEntry).seq);
    const count = next.findIndex(({ seq }, i) => seq !== before + 1 + i);
    if (!this.#append(count < 0 ? next : next.slice(0, count))) return 'diverged';
    if (count >= 0) return 'gap';
    return next.length > 0 ? 'extended' : 'unchanged';
  }

  /** Begins anew with a whole log. Throws `document-conflict` where it adds up to nothing. */
  replace(entries: readonly NumberedEntry[]): void {
    const all = entries.map(({ entry }) => entry);
    this.#document = documentOf(all);
    this.#entries = all;
    this.#seq = entries.at(-1)?.seq ?? 0;
    this.#ids = new Set(all.map(({ id }) => id));
  }

  #append(numbered: readonly NumberedEntry[]): boolean {
    const news = numbered.map(({ entry }) => entry);
    let document: ImageDocument | null = this.#document;
    for (const entry of news) document = document && appliedOrNull(document, entry);
    if (document === null) return false;
    this.#document = document;
    this.#entries = news.length === 0 ? this.#entries : [...this.#entries, ...news];
    this.#seq += news.length;
    for (const { id } of news) this.#ids.add(id);
    return true;
  }
}

/** Null where the entry was made for another state. */
export function appliedOrNull(document: ImageDocument, entry: Entry): ImageDocument | null {
  try {
    return applyEntry(document, entry);
  } catch (error) {
    if (isCalqueError(error, 'document-conflict')) return null;
    throw error;
  }
}
