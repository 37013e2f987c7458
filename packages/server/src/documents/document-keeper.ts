import {
  applyEntry,
  type Decision,
  decisionsIn,
  documentConflict,
  type Entry,
  emptyDocument,
  type ImageDocument,
  type ImageReview,
  imageReviewOf,
  type NumberedEntry,
} from '@calque/core';
import { forRequest } from '../logging/request-context.ts';
import type { AppendedEntries, AskedBy, DecisionToStore, Storage } from '../storage/storage.ts';
import { judgedAnswerOf } from './judged-answer.ts';

/** An image's log as the keeper holds it between two appends. */
interface Held {
  seq: number;
  document: ImageDocument;
  readonly entryIds: Set<string>;
  /** Of every annotation that ever was. */
  readonly annotationIds: Set<string>;
}

export interface Appended {
  readonly seq: number;
  /** What the sender did not know: of others, and its own as they are numbered now. */
  readonly entries: readonly NumberedEntry[];
  /** What this call has added. */
  readonly added: readonly NumberedEntry[];
  readonly summary: ImageReview;
  /** What was decided in them. */
  readonly decisions: readonly Decision[];
}

const HELD = 200;

/** Appends gestures to the logs of a dataset's images, one call at a time each, after checking that they fit. */
export class DocumentKeeper {
  readonly #storage: Storage;
  readonly #now: () => Date;
  readonly #held = new Map<string, Held>();
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(storage: Storage, now: () => Date = () => new Date()) {
    this.#storage = storage;
    this.#now = now;
  }

  /** Rejects with `document-conflict`, and has changed nothing, where one of the entries does not fit. */
  append(imageId: string, baseSeq: number, entries: readonly Entry[]): Promise<Appended> {
    const before = this.#last.get(imageId) ?? Promise.resolve();
    const result = before.catch(() => undefined).then(() => this.#append(imageId, baseSeq, entries));
    this.#last.set(imageId, result);
    const forget = (): void => {
      if (this.#last.get(imageId) === result) this.#last.delete(imageId);
    };
    result.then(forget, forget);
    return result;
  }

  async #append(imageId: string, baseSeq: number, entries: readonly Entry[]): Promise<Appended> {
    const held = await this.#hold(imageId);
    if (baseSeq > held.seq) throw documentConflict('step', entries[0]?.id ?? '');
    const made = addUp(held, entries);
    if (made.added.length > 0) {
      const { added, turned, summary } = made;
      const decisions = await this.#judged(imageId, made);
      const stored = await this.#storage
        .appendEntries({
          imageId,
          by: this.#askedBy(),
          afterSeq: held.seq,
          entries: added,
          decisions,
          turned,
          summary,
          present: presentIn(made.document),
        })
        .catch((error: unknown) => {
          this.#held.delete(imageId);
          throw error;
        });
      if (!stored) {
        this.#held.delete(imageId);
        throw documentConflict('step', entries[0]?.id ?? '');
      }
      keep(held, made);
    }
    return {
      seq: held.seq,
      entries: await this.#storage.entries(imageId, baseSeq),
      added: made.added,
      summary: made.summary,
      decisions: made.decisions,
    };
  }

  #askedBy(): AskedBy {
    const { requestId = null, person = 'program' } = forRequest();
    return { at: this.#now().toISOString(), person, requestId };
  }

  #judged(imageId: string, { added, decisions }: MadeUp): Promise<DecisionToStore[]> {
    const entries = new Map(added.map(({ entry }) => [entry.id, entry]));
    return Promise.all(
      decisions.map(async (decision) => {
        const entry = entries.get(decision.entryId);
        const judged =
          entry === undefined ? null : await judgedAnswerOf(this.#storage, imageId, entry, decision);
        return { ...decision, judged };
      }),
    );
  }

  async #hold(imageId: string): Promise<Held> {
    const held = this.#held.get(imageId) ?? (await this.#load(imageId));
    this.#held.delete(imageId);
    this.#held.set(imageId, held);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= HELD) break;
      this.#held.delete(oldest);
    }
    return held;
  }

  async #load(imageId: string): Promise<Held> {
    const held: Held = { seq: 0, document: emptyDocument, entryIds: new Set(), annotationIds: new Set() };
    for (const { seq, entry } of await this.#storage.entries(imageId, 0)) {
      const document = applyEntry(held.document, entry);
      keep(held, { document, added: [{ seq, entry }] });
    }
    return held;
  }
}

interface MadeUp extends Pick<AppendedEntries, 'turned'> {
  readonly decisions: readonly Decision[];
  readonly document: ImageDocument;
  readonly added: readonly NumberedEntry[];
  readonly summary: ImageReview;
}

function addUp(held: Held, entries: readonly Entry[]): MadeUp {
  const annotationIds = new Set(held.annotationIds);
  const known = new Set(held.entryIds);
  const added: NumberedEntry[] = [];
  let { document } = held;
  const decisions = entries.flatMap((entry) => {
    if (known.has(entry.id)) return [];
    known.add(entry.id);
    document = applyEntry(document, entry);
    added.push({ seq: held.seq + added.length + 1, entry });
    return decisionsIn(entry, annotationIds);
  });
  return { document, added, decisions, turned: turnedIn(added), summary: imageReviewOf(document) };
}

function presentIn({ annotations }: ImageDocument): AppendedEntries['present'] {
  return [...annotations.values()].map(({ id, labelId }) => ({ id, labelId }));
}

function turnedIn(added: readonly NumberedEntry[]): MadeUp['turned'] {
  return added.flatMap(({ entry }) =>
    entry.kind === 'step' ? [] : [{ stepId: entry.stepId, takenBack: entry.kind === 'undo' }],
  );
}

function keep(held: Held, { document, added }: Pick<MadeUp, 'document' | 'added'>): void {
  held.document = document;
  held.seq = added.at(-1)?.seq ?? held.seq;
  for (const { entry } of added) {
    held.entryIds.add(entry.id);
    decisionsIn(entry, held.annotationIds);
  }
}
