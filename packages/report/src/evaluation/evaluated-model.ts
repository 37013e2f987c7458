import type { EvaluationSummary } from '@calque/core';

/** A model and what it did; several of them side by side make a comparison, all on the same objects. */
export interface EvaluatedModel {
  readonly id: string;
  readonly summary: EvaluationSummary;
}
