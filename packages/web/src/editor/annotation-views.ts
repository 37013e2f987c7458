import type { WireLabel } from '@calque/api';
import type { Annotation, ImageDocument } from '@calque/core';
import type { Clock } from '../sync/clock.ts';
import { inOrder } from './annotation-edits.ts';
import { AnnotationWork, type WorkState } from './annotation-work.ts';
import type { Answers } from './answers.ts';
import type { AnnotationView } from './editor-state.ts';
import { candidateOf, type Looks } from './looks.ts';
import { maskSpecOf, type Trial } from './mask-spec.ts';
import { paletteColor } from './palette.ts';
import { questionOf } from './question.ts';

export interface ViewsDeps {
  readonly looks: Looks;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly onChange: () => void;
}

export interface TriedAnnotation {
  readonly annotationId: string;
  readonly trial: Trial;
}

/** The annotations of a document with their masks, as far as they are known; finds the others. */
export class AnnotationViews {
  readonly #deps: ViewsDeps;
  readonly #works = new Map<string, AnnotationWork>();
  #views: readonly AnnotationView[] = [];

  constructor(deps: ViewsDeps) {
    this.#deps = deps;
  }

  /** `isFresh`: nobody can have asked the model for this state before. */
  update(
    { annotations }: ImageDocument,
    tried: TriedAnnotation | null,
    isFresh: (annotation: Annotation) => boolean,
  ): void {
    for (const [id, work] of this.#works) {
      if (annotations.has(id)) continue;
      work.end();
      this.#works.delete(id);
    }
    for (const annotation of annotations.values()) {
      const trial = tried?.annotationId === annotation.id ? tried.trial : {};
      const ask = isFresh(annotation) ? 'model' : 'record-first';
      this.#workOf(annotation.id).want(maskSpecOf(annotation, trial), ask);
    }
  }

  viewsOf({ annotations }: ImageDocument, labels: readonly WireLabel[]): readonly AnnotationView[] {
    const formerly = new Map(this.#views.map((view) => [view.annotation.id, view]));
    const views = inOrder(annotations.values()).map((annotation) => {
      const { state } = this.#workOf(annotation.id);
      const view = this.#viewOf(annotation, state, colorOf(annotation, labels));
      const former = formerly.get(annotation.id);
      return former !== undefined && isSame(former, view) ? former : view;
    });
    const unchanged =
      views.length === this.#views.length && views.every((view, i) => view === this.#views[i]);
    if (!unchanged) this.#views = views;
    return this.#views;
  }

  get(annotationId: string): AnnotationWork | undefined {
    return this.#works.get(annotationId);
  }

  get all(): Iterable<AnnotationWork> {
    return this.#works.values();
  }

  get isPending(): boolean {
    return [...this.#works.values()].some(({ state }) => state.pending);
  }

  end(): void {
    for (const work of this.#works.values()) work.end();
  }

  #workOf(id: string): AnnotationWork {
    const known = this.#works.get(id);
    if (known !== undefined) return known;
    const work = new AnnotationWork(id, this.#deps);
    this.#works.set(id, work);
    return work;
  }

  #viewOf(annotation: Annotation, state: WorkState, color: string): AnnotationView {
    const question = questionOf(annotation);
    const answer = question === null ? undefined : this.#deps.answers.get(question);
    const follows = state.current && annotation.editedMask === null && answer !== undefined;
    const chosen = follows ? candidateOf(answer, annotation.choice) : null;
    return {
      annotation,
      color,
      prediction: answer?.prediction ?? null,
      candidate: follows ? (state.look?.candidate ?? chosen) : null,
      mask: state.look?.mask ?? null,
      pending: state.pending,
      error: state.error,
      latency: state.latency,
    };
  }
}

function colorOf({ labelId, color }: Annotation, labels: readonly WireLabel[]): string {
  return labels.find(({ id }) => id === labelId)?.color ?? paletteColor(color);
}

function isSame(a: AnnotationView, b: AnnotationView): boolean {
  return (Object.keys(a) as (keyof AnnotationView)[]).every((key) => a[key] === b[key]);
}
