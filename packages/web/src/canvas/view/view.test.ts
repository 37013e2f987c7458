import { describe, expect, test } from 'vitest';
import { CanvasView } from './canvas-view.ts';
import { intoView, panesOf } from './panes.ts';
import { boxToView, shownFrame, toImage, toView } from './view-transform.ts';
import { type WheelDevice, type WheelTurn, wheelIntent } from './wheel-intent.ts';

const insets = { top: 10, right: 20, bottom: 60, left: 30 };

function viewOf(width: number, height: number, image = { width: 400, height: 100 }): CanvasView {
  const view = new CanvasView(insets);
  view.resize({ width, height });
  view.show(image);
  return view;
}

describe('places', () => {
  const view = { scale: 2, x: 30, y: -10 };

  test('go from the image to the canvas and back', () => {
    expect(toView({ x: 5, y: 20 }, view)).toEqual({ x: 40, y: 30 });
    expect(toImage({ x: 40, y: 30 }, view)).toEqual({ x: 5, y: 20 });
    expect(boxToView({ x1: 1, y1: 2, x2: 4, y2: 8 }, view)).toEqual({ x1: 32, y1: -6, x2: 38, y2: 6 });
  });

  test('that a canvas shows reach beyond the image where it does', () => {
    expect(shownFrame({ width: 100, height: 50 }, view)).toEqual({ x1: -15, y1: 5, x2: 35, y2: 30 });
  });
});

describe('the view', () => {
  test('shows the whole image in the middle of what nothing covers', () => {
    const { transform } = viewOf(850, 370);
    expect(transform).toEqual({ scale: 2, x: 30, y: 60 });
  });

  test('keeps the whole image in view while the window changes, until somebody moves it', () => {
    const view = viewOf(850, 370);
    view.resize({ width: 450, height: 370 });
    expect(view.transform).toEqual({ scale: 1, x: 30, y: 110 });
  });

  test('keeps its middle when the window changes after it was moved', () => {
    const view = viewOf(850, 370);
    view.pan({ x: -40, y: 7 });
    const middle = toImage({ x: 425, y: 185 }, view.transform);
    view.resize({ width: 651, height: 333 });
    const now = toImage({ x: 325.5, y: 166.5 }, view.transform);
    expect([now.x, now.y]).toEqual([middle.x, middle.y]);
    expect(view.transform.scale).toBe(2);
  });

  test('zooms to the cursor: what lies under it stays there', () => {
    const view = viewOf(850, 370);
    const at = { x: 211, y: 97 };
    const under = toImage(at, view.transform);
    view.zoom(1.7, at);
    expect(view.transform.scale).toBeCloseTo(3.4);
    const now = toImage(at, view.transform);
    expect(now.x).toBeCloseTo(under.x);
    expect(now.y).toBeCloseTo(under.y);
  });

  test('goes no closer than 64 pixels a pixel, and no further than a quarter of what fits', () => {
    const view = viewOf(850, 370, { width: 3200, height: 100 });
    view.zoom(1e6);
    expect(view.transform.scale).toBe(64);
    view.zoom(1e-9);
    expect(view.transform.scale).toBeCloseTo(0.25 / 4);
  });

  test('never loses the image, however far it is pushed', () => {
    const view = viewOf(850, 370);
    view.pan({ x: 99_999, y: -99_999 });
    expect(view.transform).toEqual({ scale: 2, x: 850 - 48, y: 48 - 200 });
  });

  test('at actual size has one pixel of the image on one pixel of the screen', () => {
    const view = viewOf(850, 370);
    view.zoomToActualSize(2);
    expect(view.transform.scale).toBe(0.5);
  });

  test('goes to an object with some room around it', () => {
    const view = viewOf(850, 370);
    view.zoomTo({ x1: 100, y1: 20, x2: 200, y2: 60 });
    const { x1, y1, x2, y2 } = boxToView({ x1: 100, y1: 20, x2: 200, y2: 60 }, view.transform);
    expect(view.transform.scale).toBeCloseTo(6);
    expect([x1 > 0, y1 > 0, x2 < 850, y2 < 370]).toEqual([true, true, true, true]);
  });

  test('of another image begins with all of it', () => {
    const view = viewOf(850, 370);
    view.zoom(5);
    view.show({ width: 800, height: 300 });
    expect(view.store.getState()).toMatchObject({ isFitted: true, transform: { scale: 1 } });
  });
});

describe('a wheel event', () => {
  const turn = (parts: Partial<WheelTurn>): WheelTurn => ({
    deltaX: 0,
    deltaY: 0,
    deltaMode: 0,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    timeMs: 1000,
    ...parts,
  });

  test('of a wheel zooms: down is further away', () => {
    expect(wheelIntent(turn({ deltaY: -120 }), null)).toMatchObject({ kind: 'zoom', factor: Math.exp(0.24) });
    const lines = wheelIntent(turn({ deltaY: 3, deltaMode: 1 }), null);
    expect(lines).toMatchObject({ kind: 'zoom', factor: Math.exp(-0.096) });
  });

  test('of two fingers on a trackpad pans', () => {
    expect(wheelIntent(turn({ deltaX: 3, deltaY: -7 }), null)).toMatchObject({ kind: 'pan', x: -3, y: 7 });
    expect(wheelIntent(turn({ deltaY: 4 }), null)).toMatchObject({ kind: 'pan', y: -4 });
  });

  test('with Ctrl is a pinch', () => {
    const pinch = wheelIntent(turn({ deltaY: -10, ctrlKey: true }), null);
    expect(pinch).toMatchObject({ kind: 'zoom', factor: Math.exp(0.1) });
  });

  test('of a turn that goes on is read as its first one was', () => {
    const trackpad: WheelDevice = { kind: 'trackpad', timeMs: 900 };
    expect(wheelIntent(turn({ deltaY: 160 }), trackpad)).toMatchObject({ kind: 'pan', y: -160 });
    expect(wheelIntent(turn({ deltaY: 160, timeMs: 2000 }), trackpad)).toMatchObject({ kind: 'zoom' });
  });

  test('with Shift pans sideways', () => {
    expect(wheelIntent(turn({ deltaY: 120, shiftKey: true }), null)).toMatchObject({
      kind: 'pan',
      x: -120,
      y: 0,
    });
  });
});

describe('side by side', () => {
  const comparison = {
    annotationId: 'a',
    color: '#fff',
    before: null,
    after: null,
    mode: 'side',
    divider: 0.5,
    face: 'after',
    setDivider: () => undefined,
  } as const;

  test('each half has the middle of the view in its middle', () => {
    const panes = panesOf({ width: 800, height: 300 }, { comparison });
    expect(panes.map(({ x, width, shift }) => x + width / 2 - shift)).toEqual([400, 400]);
    expect(intoView({ x: 200, y: 5 }, panes)).toEqual({ x: 400, y: 5 });
    expect(intoView({ x: 600, y: 5 }, panes)).toEqual({ x: 400, y: 5 });
  });

  test('a fitted image fits each half', () => {
    const view = viewOf(850, 370);
    view.split(2);
    const { x1, x2 } = boxToView({ x1: 0, y1: 0, x2: 400, y2: 100 }, view.transform);
    expect([x1, x2]).toEqual([850 / 4 + 30, 850 - 850 / 4 - 20]);
    view.split(1);
    expect(view.transform.scale).toBe(2);
  });

  test('is the only case with two panes', () => {
    const panes = panesOf({ width: 800, height: 300 }, { comparison: { ...comparison, mode: 'swipe' } });
    expect(panes).toEqual([{ x: 0, width: 800, shift: 0 }]);
    expect(intoView({ x: 700, y: 5 }, panes)).toEqual({ x: 700, y: 5 });
  });
});
