import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCalqueError } from '../calque-error.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { annotationOf, stepOf, turnOf } from '../testing/document-entries.ts';
import type { Entry, UndoEntry } from './entry.ts';
import { applyEntry, documentOf, emptyDocument, type ImageDocument } from './image-document.ts';

/**
 * The document as a child would keep it: a stack of photographs of the table, and a finger that says which one holds.
 * It knows revisions alone, and no inverse.
 */
class StackOfPhotographs {
  #photographs: { readonly stepId: string; readonly table: ReadonlyMap<string, string> }[] = [
    { stepId: '', table: new Map() },
  ];
  #finger = 0;

  get table(): ReadonlyMap<string, string> {
    return this.#photographs[this.#finger]?.table ?? new Map();
  }

  get newestDone(): string | null {
    return this.#finger === 0 ? null : (this.#photographs[this.#finger]?.stepId ?? null);
  }

  get nextUndone(): string | null {
    return this.#photographs[this.#finger + 1]?.stepId ?? null;
  }

  /** Says whether the entry fits. */
  apply(entry: Entry): boolean {
    if (entry.kind !== 'step') return this.#turn(entry);
    const table = new Map(this.table);
    for (const { before, after } of entry.changes) {
      const id = (after ?? before)?.id ?? '';
      if (table.get(id) !== before?.revision) return false;
      if (after === null) table.delete(id);
      else table.set(id, after.revision);
    }
    this.#photographs = [...this.#photographs.slice(0, this.#finger + 1), { stepId: entry.id, table }];
    this.#finger++;
    return true;
  }

  #turn({ kind, stepId }: UndoEntry): boolean {
    if (stepId !== (kind === 'undo' ? this.newestDone : this.nextUndone)) return false;
    this.#finger += kind === 'undo' ? -1 : 1;
    return true;
  }
}

/** What somebody tries: on the state that they know, which is that of so many entries ago. */
interface Attempt {
  readonly kind: 'create' | 'change' | 'delete' | 'change-two' | 'undo' | 'redo';
  readonly author: 'ann' | 'bob';
  readonly pick: number;
  readonly lag: number;
}

const attempts = fc.array(
  fc.record<Attempt>({
    kind: fc.constantFrom('create', 'change', 'change', 'delete', 'change-two', 'undo', 'undo', 'redo'),
    author: fc.constantFrom('ann', 'bob'),
    pick: fc.nat(20),
    lag: fc.constantFrom(0, 0, 0, 0, 1, 2),
  }),
  { minLength: 10, maxLength: 40 },
);

function entryFor({ kind, author, pick }: Attempt, known: ImageDocument, n: number): Entry | null {
  const there = [...known.annotations.values()];
  const [one, two] = [there[pick % there.length], there[(pick + 1) % there.length]];
  const changed = (annotation: typeof one) =>
    annotation && { before: annotation, after: { ...annotation, revision: `r${n}-${annotation.id}` } };
  const [first, second] = [changed(one), changed(two)];
  const by = { author, s: n };
  switch (kind) {
    case 'create':
      return stepOf(`s${n}`, 'create', [{ before: null, after: annotationOf(`a${pick % 5}`, `r${n}`) }], by);
    case 'change':
      return first ? stepOf(`s${n}`, 'rename', [first], by) : null;
    case 'delete':
      return one ? stepOf(`s${n}`, 'delete', [{ before: one, after: null }], by) : null;
    case 'change-two':
      return first && second && one !== two ? stepOf(`s${n}`, 'reorder', [first, second], by) : null;
    case 'undo':
    case 'redo': {
      const step = (kind === 'undo' ? known.done : known.undone).at(-1);
      return step === undefined ? null : turnOf(kind, step.id, by);
    }
  }
}

describe('random gestures of two people, some of them on what they saw a moment ago', () => {
  test('add up to what a stack of photographs shows; conflicts change nothing; a reload gives the same', () => {
    const seen = { conflicts: 0, undone: 0, redone: 0 };
    assertProperty(
      fc.property(attempts, (tries) => {
        const model = new StackOfPhotographs();
        const log: Entry[] = [];
        const states: ImageDocument[] = [emptyDocument];
        tries.forEach((attempt, n) => {
          const document = states.at(-1) as ImageDocument;
          const known = states.at(-1 - attempt.lag) ?? document;
          const entry = entryFor(attempt, known, n);
          if (entry === null) return;
          const next = appliedOrNull(document, entry);
          expect(next !== null).toBe(model.apply(entry));
          if (next === null) seen.conflicts++;
          else {
            log.push(entry);
            states.push(next);
          }
          if (entry.kind === 'undo' && next !== null) seen.undone++;
          if (entry.kind === 'redo' && next !== null) seen.redone++;
          expectSame(states.at(-1) as ImageDocument, model);
        });
        expect(documentOf(JSON.parse(JSON.stringify(log)) as Entry[])).toEqual(states.at(-1));
      }),
      1000,
    );
    // The property is about these; without them it would say nothing.
    expect(Math.min(seen.conflicts, seen.undone, seen.redone)).toBeGreaterThan(200);
  });
});

function expectSame({ annotations, done, undone }: ImageDocument, model: StackOfPhotographs): void {
  expect(new Map([...annotations].map(([id, { revision }]) => [id, revision]))).toEqual(model.table);
  expect(done.at(-1)?.id ?? null).toBe(model.newestDone);
  expect(undone.at(-1)?.id ?? null).toBe(model.nextUndone);
}

function appliedOrNull(document: ImageDocument, entry: Entry): ImageDocument | null {
  try {
    return applyEntry(document, entry);
  } catch (error) {
    if (isCalqueError(error, 'document-conflict')) return null;
    throw error;
  }
}
