import type { WireSensitivity } from '@calque/api';
import { useQuery } from '@tanstack/react-query';
import { useServices } from '../app/services.tsx';
import { useEditorState } from '../app/use-editor.tsx';
import type { AnnotationView } from '../editor/editor-state.ts';
import { measuredFor, sensitivityQuestionOf } from './sensitivity-question.ts';

export function sensitivityKey(imageId: string, annotationId: string | null): readonly unknown[] {
  return ['sensitivity', imageId, annotationId];
}

/** The recorded measurement that was made of exactly this state of an object; null where there is none. */
export function useRecordedSensitivity(view: AnnotationView | null): WireSensitivity | null {
  const { client } = useServices();
  const datasetId = useEditorState((state) => state.datasetId);
  const imageId = useEditorState((state) => state.image.id);
  const annotationId = view?.annotation.id ?? null;
  const { data = [] } = useQuery({
    queryKey: sensitivityKey(imageId, annotationId),
    enabled: annotationId !== null,
    queryFn: ({ signal }) =>
      client.call('findSensitivity', {
        params: { datasetId, imageId },
        query: { annotationId: annotationId ?? '' },
        signal,
      }),
  });
  const question = sensitivityQuestionOf(view);
  return typeof question === 'string' ? null : measuredFor(data, question);
}
