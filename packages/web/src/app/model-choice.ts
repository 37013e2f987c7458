import type { ModelState } from '@calque/api';
import { useModels } from './server-lists.ts';
import { usePreference } from './services.tsx';

export interface ModelChoice {
  readonly models: readonly ModelState[];
  /** The model that new objects are asked of: the person's, or the server's default. */
  readonly model: ModelState | undefined;
}

export function useModelChoice(): ModelChoice {
  const models = useModels();
  const wanted = usePreference('model');
  return { models, model: chosenModel(models, wanted) };
}

export function chosenModel(models: readonly ModelState[], wanted: string | null): ModelState | undefined {
  return models.find(({ id }) => id === wanted) ?? models.find(({ isDefault }) => isDefault) ?? models[0];
}
