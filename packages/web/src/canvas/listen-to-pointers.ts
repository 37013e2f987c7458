import type { ViewPoint } from '@calque/core';
import { canvasLayers } from '../canvas-layers.ts';
import type { Interaction } from './gestures/interaction.ts';
import type { Pointer, PointerButton } from './gestures/pointer.ts';
import type { CanvasView } from './view/canvas-view.ts';
import { intoView, panesOf } from './view/panes.ts';
import { type WheelDevice, wheelIntent } from './view/wheel-intent.ts';

interface Listening {
  readonly element: HTMLElement;
  readonly interaction: Interaction;
  readonly view: CanvasView;
}

/** Tells an element's pointers, wheel and crosshair keys to the interaction. Returns what ends it. */
export function listenToPointers(listening: Listening): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  listenToPresses(listening, signal);
  listenToWheel(listening, signal);
  listenToCrosshairKeys(listening, signal);
  return () => ending.abort();
}

function listenToPresses({ element, interaction, view }: Listening, signal: AbortSignal): void {
  const placeOf = placesOn(element, view);
  const pointer = (event: PointerEvent): Pointer => pointerOf(event, placeOf);
  element.addEventListener(
    'pointerdown',
    (event) => {
      element.setPointerCapture(event.pointerId);
      element.dataset['byPointer'] = '';
      interaction.down(pointer(event));
    },
    { signal },
  );
  element.addEventListener('pointermove', (event) => interaction.move(pointer(event)), { signal });
  element.addEventListener('pointerup', (event) => interaction.up(pointer(event)), { signal });
  element.addEventListener('pointercancel', ({ pointerId }) => interaction.cancel(pointerId), { signal });
  element.addEventListener('lostpointercapture', ({ pointerId }) => interaction.cancel(pointerId), {
    signal,
  });
  element.addEventListener('pointerleave', () => interaction.leave(), { signal });
  // The middle button would start the browser's own scrolling. The others focus the canvas, as they should.
  element.addEventListener('mousedown', (event) => event.button === 1 && event.preventDefault(), { signal });
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  element.addEventListener('blur', () => left(element, interaction), { signal });
}

/** Who comes back by keyboard is shown where they are, and leaves by Tab. */
function left(element: HTMLElement, interaction: Interaction): void {
  delete element.dataset['byPointer'];
  interaction.stopCrosshair();
}

function listenToWheel({ element, view }: Listening, signal: AbortSignal): void {
  const placeOf = placesOn(element, view);
  let device: WheelDevice | null = null;
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      // Firefox tells lines only to who asks for the mode first.
      const { deltaMode, deltaX, deltaY, ctrlKey, metaKey, shiftKey, timeStamp: timeMs } = event;
      const intent = wheelIntent({ deltaMode, deltaX, deltaY, ctrlKey, metaKey, shiftKey, timeMs }, device);
      device = intent.device;
      if (intent.kind === 'zoom') view.zoom(intent.factor, placeOf(event));
      else view.pan(intent);
    },
    { signal, passive: false },
  );
}

const STEP_PX = 16;

/** While the crosshair is on, arrows and Enter are its own. */
function listenToCrosshairKeys({ element, interaction, view }: Listening, signal: AbortSignal): void {
  const run = (event: KeyboardEvent): boolean => {
    const step = event.shiftKey ? Math.max(1, view.transform.scale) : STEP_PX;
    const by = ARROWS[event.key];
    if (by !== undefined) interaction.moveCrosshair({ x: by[0] * step, y: by[1] * step });
    else if (event.key === 'Enter') interaction.pressCrosshair(event.shiftKey ? 'secondary' : 'primary');
    else return false;
    return true;
  };
  element.addEventListener(
    'keydown',
    (event) => {
      const own = interaction.store.getState().crosshair !== null && !event.ctrlKey && !event.metaKey;
      if (own && run(event)) event.preventDefault();
    },
    { signal },
  );
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type PlaceOf = (event: { readonly clientX: number; readonly clientY: number }) => ViewPoint;

function placesOn(element: HTMLElement, view: CanvasView): PlaceOf {
  return ({ clientX, clientY }) => {
    const { left, top } = element.getBoundingClientRect();
    const panes = panesOf(view.store.getState().size, canvasLayers.getState());
    return intoView({ x: clientX - left, y: clientY - top }, panes);
  };
}

function pointerOf(event: PointerEvent, placeOf: PlaceOf): Pointer {
  const coalesced = event.type === 'pointermove' ? event.getCoalescedEvents() : [];
  const trail = coalesced.length > 0 ? coalesced.map(placeOf) : [placeOf(event)];
  return {
    id: event.pointerId,
    device: event.pointerType === 'touch' || event.pointerType === 'pen' ? event.pointerType : 'mouse',
    at: placeOf(event),
    button: buttonOf(event),
    alt: event.altKey,
    shift: event.shiftKey,
    trail,
    timeMs: event.timeStamp,
  };
}

function buttonOf({ button, buttons }: PointerEvent): PointerButton {
  if (button === 5 || (buttons & 32) !== 0) return 'eraser';
  if (button === 1) return 'middle';
  return button === 2 ? 'secondary' : 'primary';
}
