import type { AnnotationView } from '../../editor/editor-state.ts';
import type { ShownMask } from '../../masks/shown-mask.ts';

/** A mask to be drawn, and how much of it is there yet. */
export interface FadedMask {
  readonly mask: ShownMask;
  /** 0 to 1. */
  readonly presence: number;
}

interface Fade {
  readonly mask: ShownMask | null;
  readonly former: ShownMask | null;
  readonly sinceMs: number;
}

export const FADE_MS = 80;
/** A fade begins with a frame's worth of itself, so that its first frame shows something. */
const FIRST_FRAME_MS = 16;

/** How masks take the place of one another: the former one goes while the new one comes. */
export class MaskFades {
  readonly #fades = new Map<string, Fade>();
  readonly #unpainted = new Map<string, number>();
  readonly #durationMs: () => number;

  /** `durationMs` is asked at every change: 0 for who wants no motion. */
  constructor(durationMs: () => number) {
    this.#durationMs = durationMs;
  }

  /** Takes note of the masks of now. */
  update(views: readonly AnnotationView[], nowMs: number): void {
    const ids = new Set(views.map(({ annotation }) => annotation.id));
    for (const id of this.#fades.keys()) if (!ids.has(id)) this.#fades.delete(id);
    for (const { annotation, mask } of views) this.#note(annotation.id, mask, nowMs);
  }

  /** Of one object: the new mask, and the former one for as long as it goes. */
  masksOf(annotationId: string, nowMs: number): readonly FadedMask[] {
    const fade = this.#fades.get(annotationId);
    if (fade === undefined) return [];
    const presence = this.#presence(fade, nowMs);
    const former =
      fade.former === null || presence === 1 ? [] : [{ mask: fade.former, presence: 1 - presence }];
    return [...former, ...(fade.mask === null ? [] : [{ mask: fade.mask, presence }])];
  }

  isFading(annotationId: string, nowMs: number): boolean {
    const fade = this.#fades.get(annotationId);
    return fade !== undefined && this.#presence(fade, nowMs) < 1;
  }

  /** Objects whose mask was drawn for the first time, with how long that took; each is told once. */
  takePainted(nowMs: number): readonly (readonly [annotationId: string, drawMs: number])[] {
    const painted = [...this.#unpainted].map(([id, sinceMs]) => [id, nowMs - sinceMs] as const);
    this.#unpainted.clear();
    return painted;
  }

  #note(id: string, mask: ShownMask | null, nowMs: number): void {
    const before = this.#fades.get(id);
    if (before?.mask === mask) return;
    const isOnlySharper = before?.mask != null && before.mask.id === mask?.id;
    const sinceMs = isOnlySharper ? Number.NEGATIVE_INFINITY : nowMs;
    this.#fades.set(id, { mask, former: before?.mask ?? null, sinceMs });
    if (mask !== null) this.#unpainted.set(id, nowMs);
  }

  #presence({ sinceMs }: Fade, nowMs: number): number {
    const durationMs = this.#durationMs();
    if (durationMs === 0) return 1;
    return Math.min(1, (nowMs - sinceMs + FIRST_FRAME_MS) / durationMs);
  }
}
