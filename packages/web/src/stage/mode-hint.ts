import type { InteractionState } from '../canvas/gestures/interaction.ts';
import type { EditorState } from '../editor/editor-state.ts';
import type { TextKey } from '../i18n/index.ts';

/** The one line that says what a hand can do here and now. */
export function modeHint(
  { tool }: Pick<EditorState, 'tool'>,
  { live, hit, crosshair, panHeld }: Pick<InteractionState, 'live' | 'hit' | 'crosshair' | 'panHeld'>,
  pointer: 'fine' | 'coarse',
): TextKey {
  if (crosshair !== null) return 'hint.crosshair';
  if (live?.box !== undefined) return 'hint.drawing';
  if (hit.kind === 'point') return 'hint.point';
  if (hit.kind === 'handle') return 'hint.handle';
  if (panHeld) return 'hint.pan';
  if (pointer === 'coarse' && (tool === 'box' || tool === 'foreground' || tool === 'background')) {
    return `hint.touch.${tool}`;
  }
  return `hint.${tool}`;
}
