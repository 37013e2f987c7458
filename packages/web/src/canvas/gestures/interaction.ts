import type { AnnotationPoint, PointLabel, ViewPoint } from '@calque/core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Editor } from '../../editor/editor.ts';
import type { AnnotationView, EditorState } from '../../editor/editor-state.ts';
import type { Clock } from '../../sync/clock.ts';
import type { CanvasView } from '../view/canvas-view.ts';
import { toImage } from '../view/view-transform.ts';
import type { Gesture, Ground, Live, Stroke } from './gesture.ts';
import { type Hit, hitPrompt } from './hit-test.ts';
import { Panning, Pinch } from './moving-view.ts';
import type { Pointer, PointerButton } from './pointer.ts';
import { spentPress } from './pointing.ts';
import { pressed } from './tools.ts';
import { isWithinImage } from './within-image.ts';

export interface InteractionState {
  /** Of the gesture that is under way. */
  readonly live: Live | null;
  /** What lies under the pointer; nothing during a gesture. */
  readonly hit: Hit;
  /** Where the pointer is; null away from the canvas, and for fingers. */
  readonly pointer: ViewPoint | null;
  readonly selectedPointId: string | null;
  /** Strokes whose mask is still being made. */
  readonly strokes: readonly Stroke[];
  /** Where the crosshair of the keyboard is; null while it is off. */
  readonly crosshair: ViewPoint | null;
  /** A key is held that makes every tool the one that moves the view. */
  readonly panHeld: boolean;
}

export interface InteractionDeps {
  readonly editor: Editor;
  readonly view: CanvasView;
  readonly clock: Clock;
}

const LONG_PRESS_MS = 500;
const DOUBLE_CLICK_MS = 400;
/** A worker that says nothing for so long has failed, and the editor has told why. */
const LONGEST_STROKE_MS = 5000;
const KEYBOARD_ID = -1;
const nothing: Hit = { kind: 'nothing' };

/** Everything that pointers do on the canvas: which of them is a gesture, and what becomes of it. Knows no DOM. */
export class Interaction {
  readonly store: StoreApi<InteractionState> = createStore<InteractionState>(() => ({
    live: null,
    hit: nothing,
    pointer: null,
    selectedPointId: null,
    strokes: [],
    crosshair: null,
    panHeld: false,
  }));
  readonly #deps: InteractionDeps;
  readonly #touches = new Map<number, Pointer>();
  readonly #unwatch: () => void;
  #gesture: { readonly pointerId: number; readonly now: Gesture } | null = null;
  #pinch: Pinch | null = null;
  #longPress: (() => void) | null = null;
  #lastClick: { readonly pointId: string; readonly timeMs: number } | null = null;

  constructor(deps: InteractionDeps) {
    this.#deps = deps;
    this.#unwatch = deps.editor.store.subscribe((now, before) => {
      if (now.tool !== before.tool) this.#abandon();
      if (now.views !== before.views || now.selectedId !== before.selectedId) this.#shownChanged(now, before);
    });
  }

  close(): void {
    this.#abandon();
    this.#unwatch();
  }

  down(pointer: Pointer): void {
    if (pointer.device === 'touch' && this.#touched(pointer)) return;
    if (this.#gesture !== null) return;
    const ground = this.#ground();
    if (ground === null) return;
    this.#begin(pointer, this.#gestureOf(pointer, ground));
    if (pointer.device === 'touch') this.#waitForLongPress();
  }

  move(pointer: Pointer): void {
    if (this.#touches.has(pointer.id)) this.#touches.set(pointer.id, pointer);
    if (this.#pinch !== null) {
      this.#pinch.move(pointer);
      return;
    }
    if (this.#gesture === null) this.hover(pointer);
    else if (this.#gesture.pointerId === pointer.id) this.#follow(pointer);
  }

  up(pointer: Pointer): void {
    this.#touches.delete(pointer.id);
    if (this.#touches.size === 0) this.#pinch = null;
    if (this.#gesture?.pointerId !== pointer.id) return;
    const { now } = this.#gesture;
    this.#end();
    now.up(pointer);
    if (pointer.device !== 'touch') this.hover(pointer);
  }

  /** The pointer was lost: the browser took it, or the window did. */
  cancel(pointerId: number): void {
    this.#touches.delete(pointerId);
    if (this.#touches.size === 0) this.#pinch = null;
    if (this.#gesture?.pointerId === pointerId) this.#abandon();
  }

  /** The pointer moves without being pressed. */
  hover(pointer: Pointer): void {
    const at = pointer.device === 'touch' ? null : pointer.at;
    const { tool } = this.#deps.editor.store.getState();
    const hit = this.#hitAt(pointer);
    this.#set({ pointer: at, hit });
    const label: PointLabel = tool === 'background' || pointer.alt ? 'background' : 'foreground';
    const asks = tool === 'box' || tool === 'foreground' || tool === 'background';
    const free = hit.kind === 'nothing' || hit.kind === 'inside' || hit.kind === 'edge';
    const place = asks && free && !this.#state.panHeld ? this.#placeOf(pointer.at) : null;
    this.#deps.editor.previewAt(place, label);
  }

  /** The pointer left the canvas. */
  leave(): void {
    if (this.#gesture !== null) return;
    this.#set({ pointer: null, hit: nothing });
    this.#deps.editor.previewAt(null, 'foreground');
  }

  holdPan(held: 'held' | 'released'): void {
    this.#set({ panHeld: held === 'held' });
  }

  /** Whether Escape has something to step back from. */
  get canStepBack(): boolean {
    const { selectedId, tool } = this.#deps.editor.store.getState();
    const { crosshair, selectedPointId } = this.#state;
    return (
      this.#gesture !== null ||
      crosshair !== null ||
      selectedPointId !== null ||
      selectedId !== null ||
      tool !== 'select'
    );
  }

  /** One level: the gesture, the crosshair, the chosen point, the selection, the tool. */
  stepBack(): void {
    const { editor } = this.#deps;
    if (this.#gesture !== null) this.#abandon();
    else if (this.#state.crosshair !== null) this.stopCrosshair();
    else if (this.#state.selectedPointId !== null) this.#set({ selectedPointId: null });
    else if (editor.store.getState().selectedId !== null) editor.select(null);
    else editor.setTool('select');
  }

  /** The point that keys act on: the one under the pointer, or the one that was clicked on. */
  get chosenPointId(): string | null {
    const { hit, selectedPointId } = this.#state;
    return hit.kind === 'point' ? hit.point.id : selectedPointId;
  }

  startCrosshair(): void {
    const { width, height } = this.#deps.view.store.getState().size;
    const at = this.#state.pointer ?? { x: width / 2, y: height / 2 };
    this.#set({ crosshair: at, pointer: null });
    this.moveCrosshair({ x: 0, y: 0 });
  }

  stopCrosshair(): void {
    if (this.#gesture?.pointerId === KEYBOARD_ID) this.#abandon();
    this.#set({ crosshair: null });
    this.leave();
  }

  /** By CSS pixels. The view follows where the crosshair would leave it. */
  moveCrosshair(by: { readonly x: number; readonly y: number }): void {
    const { crosshair } = this.#state;
    if (crosshair === null) return;
    const { view } = this.#deps;
    const { width, height } = view.store.getState().size;
    const wanted = { x: crosshair.x + by.x, y: crosshair.y + by.y };
    const at = { x: clamped(wanted.x, 0, width), y: clamped(wanted.y, 0, height) };
    if (at.x !== wanted.x || at.y !== wanted.y) view.pan({ x: at.x - wanted.x, y: at.y - wanted.y });
    this.#set({ crosshair: at });
    this.move(this.#keyboardPointer('primary'));
    this.#set({ pointer: null });
  }

  /** What a click does here. A box, a stroke or something grabbed begins with one press and ends with the next. */
  pressCrosshair(button: PointerButton): void {
    const pointer = this.#keyboardPointer(button);
    if (this.#gesture !== null) {
      this.up(pointer);
      return;
    }
    const { tool } = this.#deps.editor.store.getState();
    const hit = this.#hitAt(pointer);
    this.down(pointer);
    const draws = button === 'primary' && (tool === 'box' || tool === 'brush');
    const grabs = button === 'primary' && hit.kind !== 'nothing' && hit.kind !== 'inside';
    if (!draws && !grabs) this.up(pointer);
  }

  get #state(): InteractionState {
    return this.store.getState();
  }

  /** Notes a finger. True where it is not the first, and what it does is a pinch or nothing. */
  #touched(pointer: Pointer): boolean {
    this.#touches.set(pointer.id, pointer);
    if (this.#touches.size === 1) return false;
    if (this.#touches.size === 2) {
      this.#abandon();
      this.#pinch = new Pinch([...this.#touches.values()], this.#deps.view);
    }
    return true;
  }

  #gestureOf(pointer: Pointer, ground: Ground): Gesture {
    if (pointer.button === 'middle' || this.#state.panHeld) return new Panning(pointer, ground.view);
    return pressed(ground.editor.store.getState().tool, {
      pointer,
      hit: this.#hitAt(pointer),
      ground,
      isSecondOn: (point) => this.#isSecondOn(point, pointer.timeMs),
    });
  }

  #isSecondOn({ id }: AnnotationPoint, timeMs: number): boolean {
    const last = this.#lastClick;
    const second = last?.pointId === id && timeMs - last.timeMs < DOUBLE_CLICK_MS;
    this.#lastClick = second ? null : { pointId: id, timeMs };
    return second;
  }

  #begin(pointer: Pointer, now: Gesture): void {
    this.#gesture = { pointerId: pointer.id, now };
    this.#deps.editor.previewAt(null, 'foreground');
    const at = pointer.device === 'touch' ? null : pointer.at;
    this.#set({ live: now.live, hit: nothing, pointer: at, selectedPointId: null });
  }

  #follow(pointer: Pointer): void {
    if (this.#gesture === null) return;
    const now = this.#gesture.now.move(pointer);
    if (now !== this.#gesture.now) this.#callOffLongPress();
    this.#gesture = { pointerId: pointer.id, now };
    const at = pointer.device === 'touch' ? null : pointer.at;
    this.#set({ live: now.live, pointer: at });
  }

  #end(): void {
    this.#callOffLongPress();
    this.#gesture = null;
    this.#set({ live: null });
  }

  #abandon(): void {
    const now = this.#gesture?.now;
    this.#end();
    now?.cancel();
  }

  #waitForLongPress(): void {
    this.#longPress = this.#deps.clock.after(LONG_PRESS_MS, () => {
      const held = this.#gesture;
      if (held?.now.hold === undefined) return;
      held.now.hold();
      this.#gesture = { pointerId: held.pointerId, now: spentPress };
    });
  }

  #callOffLongPress(): void {
    this.#longPress?.();
    this.#longPress = null;
  }

  #ground(): Ground | null {
    const { editor, view } = this.#deps;
    const { image } = view.store.getState();
    if (image === null) return null;
    return {
      editor,
      view,
      image,
      selectPoint: (selectedPointId) => this.#set({ selectedPointId }),
      strokeMade: (stroke) => this.#strokeMade(stroke),
    };
  }

  #hitAt(pointer: Pick<Pointer, 'at' | 'device'>): Hit {
    const state = this.#deps.editor.store.getState();
    const { tool } = state;
    const annotation = selectedView(state)?.annotation;
    if (annotation === undefined || annotation.locked || tool === 'brush' || tool === 'pan') return nothing;
    return hitPrompt(annotation.prompt, pointer, this.#deps.view.transform);
  }

  #placeOf(at: ViewPoint): { readonly x: number; readonly y: number } | null {
    const { image, transform } = this.#deps.view.store.getState();
    const place = toImage(at, transform);
    return image !== null && isWithinImage(place, image) ? place : null;
  }

  #keyboardPointer(button: PointerButton): Pointer {
    const at = this.#state.crosshair ?? { x: 0, y: 0 };
    const timeMs = this.#deps.clock.now();
    return { id: KEYBOARD_ID, device: 'keyboard', at, button, alt: false, shift: false, trail: [at], timeMs };
  }

  /** Strokes stay to be seen until the mask that has them is there. */
  #shownChanged(now: EditorState, before: EditorState): void {
    const { strokes, selectedPointId } = this.#state;
    if (strokes.length > 0 && selectedView(now)?.mask !== selectedView(before)?.mask) {
      this.#set({ strokes: strokes.slice(1) });
    }
    const points = now.views.flatMap(({ annotation }) => annotation.prompt.points);
    if (selectedPointId !== null && !points.some(({ id }) => id === selectedPointId)) {
      this.#set({ selectedPointId: null });
    }
  }

  #strokeMade(stroke: Stroke): void {
    // Where it cannot become part of a mask the editor says so, and nothing is to be seen of it.
    if (selectedView(this.#deps.editor.store.getState())?.annotation.locked === true) return;
    this.#set({ strokes: [...this.#state.strokes, stroke] });
    this.#deps.clock.after(LONGEST_STROKE_MS, () =>
      this.#set({ strokes: this.#state.strokes.filter((other) => other !== stroke) }),
    );
  }

  #set(change: Partial<InteractionState>): void {
    this.store.setState(change);
  }
}

function selectedView({ views, selectedId }: EditorState): AnnotationView | null {
  return views.find(({ annotation }) => annotation.id === selectedId) ?? null;
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
