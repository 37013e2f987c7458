import type { WireSensitivity } from '@calque/api';
import type { CalqueError, FamilyOptions } from '@calque/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../app/services.tsx';
import { useEditorState } from '../app/use-editor.tsx';
import { asCalqueError } from '../editor/annotation-work.ts';
import type { SensitivityQuestion } from './sensitivity-question.ts';
import { sensitivityKey } from './use-recorded-sensitivity.ts';

export interface Measuring {
  /** Null while nothing is being measured. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly error: CalqueError | null;
  start(question: SensitivityQuestion, family: FamilyOptions): void;
  cancel(): void;
}

/**
 * Measures a state of an object. The answer joins the records, among which every state finds its own, so one that comes
 * late is never shown for another state; when the state changes, what is under way is given up.
 */
export function useMeasuring(stateKey: string | null): Measuring {
  const { client, events } = useServices();
  const queries = useQueryClient();
  const datasetId = useEditorState((state) => state.datasetId);
  const imageId = useEditorState((state) => state.image.id);
  const ending = useRef<AbortController | null>(null);
  const [progress, setProgress] = useState<Measuring['progress']>(null);
  const [error, setError] = useState<CalqueError | null>(null);
  const cancel = () => {
    ending.current?.abort();
    ending.current = null;
    setProgress(null);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another state ends what was begun for the former one
  useEffect(() => {
    setError(null);
    return cancel;
  }, [stateKey]);

  const start = ({ key: _, ...asked }: SensitivityQuestion, family: FamilyOptions) => {
    cancel();
    const controller = new AbortController();
    const { signal } = controller;
    const run = crypto.randomUUID();
    ending.current = controller;
    setError(null);
    setProgress({ done: 0, total: family.count + 1 });
    const stop = events.listen((event) => {
      if (event.type !== 'sensitivity-progress' || event.run !== run || signal.aborted) return;
      setProgress({ done: event.done, total: event.total });
    });
    client
      .call('measureSensitivity', { params: { datasetId, imageId }, body: { ...asked, family, run }, signal })
      .then((made) => {
        queries.setQueryData<WireSensitivity[]>(sensitivityKey(imageId, asked.annotationId), (known = []) => [
          made,
          ...known,
        ]);
      })
      .catch((reason: unknown) => {
        if (!signal.aborted) setError(asCalqueError(reason));
      })
      .finally(() => {
        stop();
        if (!signal.aborted) setProgress(null);
      });
  };
  return { progress, error, start, cancel };
}
