import { type CalqueError, type Entry, effortOf } from '@calque/core';
import { useEffect, useState } from 'react';
import { useEditor } from '../app/use-editor.tsx';
import { asCalqueError } from '../editor/annotation-work.ts';
import type { AnnotationLook } from '../editor/editor.ts';
import type { ComparableState } from './comparable-states.ts';
import { type Comparison, comparisonOf } from './comparison.ts';

export interface Compared {
  readonly before: AnnotationLook | null;
  readonly after: AnnotationLook | null;
  readonly comparison: Comparison;
}

/** The masks of two states and their numbers. While they are awaited the former ones stay. */
export function useCompared(
  before: ComparableState | null,
  after: ComparableState | null,
  log: readonly Entry[],
): { readonly compared: Compared | null; readonly pending: boolean; readonly error: CalqueError | null } {
  const editor = useEditor();
  const [state, setState] = useState<{
    readonly of: string;
    readonly compared: Compared | null;
    readonly error: CalqueError | null;
  }>({ of: '', compared: null, error: null });
  const of =
    before === null || after === null ? '' : `${before.annotation.revision} ${after.annotation.revision}`;
  useEffect(() => {
    if (before === null || after === null) return undefined;
    const ending = new AbortController();
    const look = ({ annotation }: ComparableState) => editor.stateOf(annotation, { signal: ending.signal });
    const effort = ({ annotation, entryId }: ComparableState) => effortOf(log, annotation.id, entryId);
    Promise.all([look(before), look(after)])
      .then(([a, b]) => {
        if (ending.signal.aborted) return;
        const comparison = comparisonOf(
          { look: a, effort: effort(before) },
          { look: b, effort: effort(after) },
        );
        setState({ of, compared: { before: a, after: b, comparison }, error: null });
      })
      .catch((error: unknown) => {
        if (!ending.signal.aborted) setState({ of, compared: null, error: asCalqueError(error) });
      });
    return () => ending.abort();
  }, [editor, of, before, after, log]);
  return { compared: state.compared, pending: of !== '' && state.of !== of, error: state.error };
}
