import type { AnnotationPoint, AnnotationPrompt, BoxXyxy, ViewPoint } from '@calque/core';
import { boxToView, distanceBetween, toView, type ViewTransform } from '../view/view-transform.ts';
import type { Pointer } from './pointer.ts';

export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof HANDLES)[number];

/** What of the selected object's prompt lies under the pointer. */
export type Hit =
  | { readonly kind: 'point'; readonly point: AnnotationPoint }
  | { readonly kind: 'handle'; readonly handle: Handle; readonly box: BoxXyxy }
  | { readonly kind: 'edge'; readonly box: BoxXyxy }
  | { readonly kind: 'inside'; readonly box: BoxXyxy }
  | { readonly kind: 'nothing' };

/** Half of the area that reacts, in CSS pixels: 24 for a mouse, 40 for a finger. */
const REACH_PX: Readonly<Record<Pointer['device'], number>> = { mouse: 12, pen: 12, keyboard: 8, touch: 20 };
const POINT_REACH_PX: Readonly<Record<Pointer['device'], number>> = {
  mouse: 9,
  pen: 10,
  keyboard: 8,
  touch: 18,
};
const EDGE_REACH_PX = 6;

/** Points lie above handles, handles above edges; of several the nearest. */
export function hitPrompt(
  prompt: AnnotationPrompt,
  { at, device }: Pick<Pointer, 'at' | 'device'>,
  view: ViewTransform,
): Hit {
  const point = nearest(prompt.points, (each) => distanceBetween(at, toView(each, view)));
  if (point !== null && point.distance <= POINT_REACH_PX[device]) return { kind: 'point', point: point.item };
  const { box } = prompt;
  return box === null ? { kind: 'nothing' } : hitBox(box, boxToView(box, view), at, REACH_PX[device]);
}

function hitBox(box: BoxXyxy, shown: BoxXyxy, at: ViewPoint, reachPx: number): Hit {
  const handle = nearest(handlesOf(shown), (each) =>
    Math.max(Math.abs(at.x - each.x), Math.abs(at.y - each.y)),
  );
  // In a small box the handles leave its middle free to be clicked on.
  const room = Math.min(shown.x2 - shown.x1, shown.y2 - shown.y1);
  const reach = isInside(at, shown) ? Math.min(reachPx, Math.max(3, room / 4)) : reachPx;
  if (handle !== null && handle.distance <= reach) return { kind: 'handle', handle: handle.item.handle, box };
  if (isNearEdge(at, shown, Math.min(EDGE_REACH_PX, reach))) return { kind: 'edge', box };
  return isInside(at, shown) ? { kind: 'inside', box } : { kind: 'nothing' };
}

export interface HandlePlace extends ViewPoint {
  readonly handle: Handle;
}

/** Corners always; the middle of a side only where it is long enough to tell them apart. */
export function handlesOf({ x1, y1, x2, y2 }: BoxXyxy): readonly HandlePlace[] {
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const wide = x2 - x1 >= 40;
  const high = y2 - y1 >= 40;
  return HANDLES.filter(
    (handle) => handle.length === 2 || (handle === 'n' || handle === 's' ? wide : high),
  ).map((handle) => ({
    handle,
    x: handle.includes('w') ? x1 : handle.includes('e') ? x2 : x,
    y: handle.includes('n') ? y1 : handle.includes('s') ? y2 : y,
  }));
}

function isInside({ x, y }: ViewPoint, { x1, y1, x2, y2 }: BoxXyxy): boolean {
  return x > x1 && x < x2 && y > y1 && y < y2;
}

function isNearEdge({ x, y }: ViewPoint, { x1, y1, x2, y2 }: BoxXyxy, reachPx: number): boolean {
  const beside = x >= x1 - reachPx && x <= x2 + reachPx;
  const above = y >= y1 - reachPx && y <= y2 + reachPx;
  const near = (a: number, b: number) => Math.abs(a - b) <= reachPx;
  return (beside && (near(y, y1) || near(y, y2))) || (above && (near(x, x1) || near(x, x2)));
}

function nearest<Item>(items: readonly Item[], distanceTo: (item: Item) => number) {
  let found: { readonly item: Item; readonly distance: number } | null = null;
  for (const item of items) {
    const distance = distanceTo(item);
    // The one that was placed last lies on top.
    if (found === null || distance <= found.distance) found = { item, distance };
  }
  return found;
}
