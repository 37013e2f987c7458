import type { ImagePoint } from '@calque/core';
import type { AnnotationView, EditorState } from '../../editor/editor-state.ts';
import { isPointInRings } from '../../masks/point-in-rings.ts';

/** Masks under a place, the topmost first. Hidden ones are not there, locked ones let clicks through. */
function objectsAt({ views, masksHidden }: EditorState, at: ImagePoint): AnnotationView[] {
  if (masksHidden) return [];
  return views
    .filter(({ annotation, mask }) => {
      if (!annotation.visible || annotation.locked || mask === null) return false;
      const { box } = mask.measures;
      const near =
        box !== null && at.x >= box.x1 - 1 && at.x <= box.x2 + 1 && at.y >= box.y1 - 1 && at.y <= box.y2 + 1;
      return near && isPointInRings(at, mask.rings);
    })
    .toReversed();
}

/**
 * The object that a click selects: the topmost, or where that is selected already the next one below. Null on none.
 * Among several the smallest would be another choice; the order in the list is one that a person can change.
 */
export function objectAt(state: EditorState, at: ImagePoint): string | null {
  const found = objectsAt(state, at).map(({ annotation }) => annotation.id);
  const selected = found.indexOf(state.selectedId ?? '');
  return found[(selected + 1) % found.length] ?? null;
}
