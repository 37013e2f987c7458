import type { ToolName } from '../editor/editor-state.ts';
import type { CanvasCursor } from './gestures/gesture.ts';
import type { Handle } from './gestures/hit-test.ts';
import type { InteractionState } from './gestures/interaction.ts';

const HANDLE_CURSORS: Readonly<Record<Handle, string>> = {
  nw: 'nwse-resize',
  se: 'nwse-resize',
  ne: 'nesw-resize',
  sw: 'nesw-resize',
  n: 'ns-resize',
  s: 'ns-resize',
  e: 'ew-resize',
  w: 'ew-resize',
};

const TOOL_CURSORS: Readonly<Record<ToolName, CanvasCursor>> = {
  select: 'default',
  box: 'crosshair',
  foreground: 'crosshair',
  background: 'crosshair',
  brush: 'none',
  pan: 'grab',
};

/** The pointer's shape, in CSS: what a press here would do. */
export function cursorOf(
  { live, hit, panHeld }: Pick<InteractionState, 'live' | 'hit' | 'panHeld'>,
  tool: ToolName,
): string {
  return inCss(live?.cursor ?? (panHeld ? 'grab' : cursorOver(hit, tool)));
}

function cursorOver(hit: InteractionState['hit'], tool: ToolName): CanvasCursor {
  if (hit.kind === 'point') return 'pointer';
  if (hit.kind === 'handle') return hit.handle;
  if (hit.kind === 'edge' || (hit.kind === 'inside' && tool === 'select')) return 'move';
  return TOOL_CURSORS[tool];
}

function inCss(cursor: CanvasCursor): string {
  return cursor in HANDLE_CURSORS ? HANDLE_CURSORS[cursor as Handle] : cursor;
}
