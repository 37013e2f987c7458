import { beforeEach, describe, expect, test } from 'vitest';
import { isPointInRings } from '../../masks/point-in-rings.ts';
import { CANVAS_SCALE, type Hand, openCanvas } from '../testing/open-canvas.ts';

let hand: Hand;

beforeEach(async () => {
  hand = await openCanvas();
});

const editor = () => hand.page.editor;
const state = () => editor().store.getState();
const prompt = () => hand.page.selected().annotation.prompt;
const points = () => prompt().points.map(({ x, y, label, enabled }) => ({ x, y, label, enabled }));
const steps = () => state().document.done.length;
const touch = (id: number) => ({ id, device: 'touch' }) as const;
const right = { button: 'secondary' } as const;
const foreground = { label: 'foreground', enabled: true };
const background = { label: 'background', enabled: true };

describe('with the box tool', () => {
  beforeEach(() => editor().setTool('box'));

  test.each([
    ['left to right', [2, 1], [9, 7]],
    ['right to left', [9, 7], [2, 1]],
    ['bottom left to top right', [2, 7], [9, 1]],
    ['top right to bottom left', [9, 1], [2, 7]],
  ] as const)('a box drawn from %s is the same box', (_, from, to) => {
    hand.drag([from, [5, 4], to]);
    expect(prompt()).toEqual({ box: { x1: 2, y1: 1, x2: 9, y2: 7 }, points: [], maskId: null });
    expect(steps()).toBe(1);
  });

  test('a box is seen while it is drawn, and asked for as a preview', async () => {
    hand.down([2, 1]);
    hand.move([6, 5]);
    expect(hand.interaction.store.getState().live?.box).toEqual({ x1: 2, y1: 1, x2: 6, y2: 5 });
    await hand.clock.runOut();
    expect(hand.server.asked.at(-1)).toMatchObject({ preview: true, prompt: { box: { x1: 2, x2: 6 } } });
    expect(steps()).toBe(0);
  });

  test('a box that leaves the image ends at its edge', () => {
    hand.drag([
      [4, 3],
      [99, 42],
    ]);
    expect(prompt().box).toEqual({ x1: 4, y1: 3, x2: 13, y2: 9 });
  });

  test('with Shift the box is a square', () => {
    hand.drag(
      [
        [2, 1],
        [9, 5],
      ],
      { shift: true },
    );
    expect(prompt().box).toEqual({ x1: 2, y1: 1, x2: 9, y2: 8 });
  });

  test('Escape while drawing leaves nothing', async () => {
    hand.down([2, 1]);
    hand.move([6, 5]);
    hand.interaction.stepBack();
    hand.up([6, 5]);
    await hand.clock.runOut();
    expect(state()).toMatchObject({ views: [], preview: null, tool: 'box' });
    expect(steps()).toBe(0);
  });

  test('a pointer that is lost in the middle of a drag leaves nothing', () => {
    hand.down([2, 1]);
    hand.move([6, 5]);
    hand.interaction.cancel(1);
    hand.move([7, 6]);
    hand.up([7, 6]);
    expect(state().views).toEqual([]);
  });

  test('a tool that is changed in the middle of a drag leaves nothing', () => {
    hand.down([2, 1]);
    hand.move([6, 5]);
    editor().setTool('brush');
    hand.up([6, 5]);
    expect(state().views).toEqual([]);
  });

  test('a click includes, a click with the right button or with Alt excludes, and a box joins them', () => {
    hand.click([3, 2]);
    hand.click([8, 5], right);
    hand.click([11, 7], { alt: true });
    hand.drag([
      [1, 1],
      [12, 8],
    ]);
    expect(prompt().box).toEqual({ x1: 1, y1: 1, x2: 12, y2: 8 });
    expect(points()).toEqual([
      { x: 3, y: 2, ...foreground },
      { x: 8, y: 5, ...background },
      { x: 11, y: 7, ...background },
    ]);
    expect(steps()).toBe(4);
  });

  test('a hand that shakes still clicks', () => {
    hand.drag([
      [3, 2],
      [3 + 3 / CANVAS_SCALE, 2],
    ]);
    expect(points()).toEqual([{ x: 3, y: 2, ...foreground }]);
  });

  test('a click beside the image is nothing', () => {
    hand.click([-0.1, 3]);
    hand.click([13.05, 3], right);
    expect(state().views).toEqual([]);
  });
});

describe('the box of the selected object', () => {
  beforeEach(() => {
    editor().setTool('box');
    editor().setBox({ x1: 2, y1: 2, x2: 10, y2: 7 });
  });

  test.each([
    ['nw', [2, 2], [1, 3], { x1: 1, y1: 3, x2: 10, y2: 7 }],
    ['n', [6, 2], [9, 4], { x1: 2, y1: 4, x2: 10, y2: 7 }],
    ['ne', [10, 2], [11, 1], { x1: 2, y1: 1, x2: 11, y2: 7 }],
    ['e', [10, 4.5], [8, 1], { x1: 2, y1: 2, x2: 8, y2: 7 }],
    ['se', [10, 7], [12, 8], { x1: 2, y1: 2, x2: 12, y2: 8 }],
    ['s', [6, 7], [1, 5], { x1: 2, y1: 2, x2: 10, y2: 5 }],
    ['sw', [2, 7], [4, 6], { x1: 4, y1: 2, x2: 10, y2: 6 }],
    ['w', [2, 4.5], [5, 9], { x1: 5, y1: 2, x2: 10, y2: 7 }],
  ] as const)('is resized by the handle %s', (_, from, to, box) => {
    hand.drag([from, to]);
    expect(prompt().box).toEqual(box);
    expect(steps()).toBe(2);
  });

  test('turns over when a side is drawn over the opposite one', () => {
    hand.drag([
      [2, 4.5],
      [12, 4.5],
    ]);
    expect(prompt().box).toEqual({ x1: 10, y1: 2, x2: 12, y2: 7 });
  });

  test('is moved by its edge, and stays in the image with its size', () => {
    hand.drag([
      [4, 2],
      [5, 3],
    ]);
    expect(prompt().box).toEqual({ x1: 3, y1: 3, x2: 11, y2: 8 });
    hand.drag([
      [5, 3],
      [50, 3],
    ]);
    expect(prompt().box).toEqual({ x1: 5, y1: 3, x2: 13, y2: 8 });
  });

  test('is moved from its inside with the select tool, and replaced with the box tool', () => {
    hand.drag([
      [5, 4],
      [8, 6],
    ]);
    expect(prompt().box).toEqual({ x1: 5, y1: 4, x2: 8, y2: 6 });
    editor().setTool('select');
    hand.drag([
      [6.5, 5],
      [4.5, 6],
    ]);
    expect(prompt().box).toEqual({ x1: 3, y1: 5, x2: 6, y2: 7 });
  });

  test('of a locked object is not there to be grabbed', () => {
    const { id } = hand.page.selected().annotation;
    editor().setLocked(id, 'locked');
    editor().setTool('select');
    hand.drag([
      [2, 2],
      [1, 3],
    ]);
    expect(prompt().box).toEqual({ x1: 2, y1: 2, x2: 10, y2: 7 });
  });
});

describe('a point', () => {
  beforeEach(() => {
    editor().setTool('foreground');
    hand.click([3, 2]);
    hand.click([9, 6], right);
  });

  test('is dragged from where it was grabbed, without a jump', () => {
    hand.drag([
      [3.1, 2],
      [5.1, 4],
    ]);
    expect(points()[0]).toEqual({ x: 5, y: 4, ...foreground });
    expect(steps()).toBe(3);
  });

  test('stays in the image', () => {
    hand.drag([
      [9, 6],
      [70, -5],
    ]);
    expect(points()[1]).toEqual({ x: 12.9, y: 0, ...background });
  });

  test('that is clicked on is chosen for the keys, and another one is not placed', () => {
    hand.click([3, 2]);
    expect(hand.interaction.chosenPointId).toBe(prompt().points[0]?.id);
    expect(points()).toHaveLength(2);
  });

  test('is switched off by a double click, and on by another one', async () => {
    hand.click([3, 2]);
    hand.click([3, 2]);
    expect(points()[0]?.enabled).toBe(false);
    await hand.clock.advance(1000);
    hand.click([3, 2]);
    hand.click([3, 2]);
    expect(points()[0]?.enabled).toBe(true);
  });

  test('is not switched by two clicks that are no double click', async () => {
    hand.click([3, 2]);
    await hand.clock.advance(1000);
    hand.click([3, 2]);
    expect(points()[0]?.enabled).toBe(true);
  });

  test('changes sides with the right button', () => {
    hand.click([9, 6], right);
    expect(points()).toEqual([
      { x: 3, y: 2, ...foreground },
      { x: 9, y: 6, ...foreground },
    ]);
  });

  test('that was chosen is no longer once it is deleted', () => {
    hand.click([3, 2]);
    hand.interaction.leave();
    editor().removePoint(hand.interaction.chosenPointId ?? '');
    expect(hand.interaction.chosenPointId).toBeNull();
  });

  test('is placed where a drag ends', () => {
    hand.drag([
      [6, 2],
      [7, 3],
    ]);
    expect(points()[2]).toEqual({ x: 7, y: 3, ...foreground });
  });
});

describe('under the pointer', () => {
  beforeEach(() => editor().setTool('foreground'));

  test('the decoder is asked what a click would give', async () => {
    hand.move([4, 3]);
    await hand.clock.runOut();
    expect(hand.server.asked.at(-1)).toMatchObject({
      preview: true,
      prompt: { points: [{ x: 4, y: 3, label: 'foreground' }] },
    });
    expect(state().preview).not.toBeNull();
    hand.interaction.leave();
    expect(state().preview).toBeNull();
  });

  test('a point or a handle asks for nothing', async () => {
    editor().setBox({ x1: 2, y1: 2, x2: 10, y2: 7 });
    await hand.clock.runOut();
    const asked = hand.server.asked.length;
    hand.move([10, 7]);
    await hand.clock.runOut();
    expect(hand.interaction.store.getState().hit).toMatchObject({ kind: 'handle', handle: 'se' });
    expect(hand.server.asked).toHaveLength(asked);
  });
});

describe('with the brush', () => {
  beforeEach(() => editor().setTool('brush'));

  test('a stroke is one step, with every place between', async () => {
    const trail = [
      { x: 100, y: 80 },
      { x: 120, y: 90 },
    ];
    hand.down([2, 2]);
    hand.move([3, 2], { trail });
    expect(hand.interaction.store.getState().live?.stroke?.points).toHaveLength(3);
    hand.up([3, 2]);
    expect(hand.interaction.store.getState().strokes).toHaveLength(1);
    await hand.clock.runOut();
    expect(hand.page.selected().annotation.editedMask).not.toBeNull();
    expect(steps()).toBe(1);
    expect(hand.interaction.store.getState().strokes).toEqual([]);
  });

  test.each([{ alt: true }, { button: 'secondary' }, { button: 'eraser', device: 'pen' }] as const)(
    '%o erases',
    (how) => {
      hand.down([2, 2], how);
      expect(hand.interaction.store.getState().live?.stroke?.mode).toBe('erase');
      hand.interaction.cancel(1);
      expect(steps()).toBe(0);
    },
  );
});

describe('with the select tool', () => {
  beforeEach(async () => {
    for (const box of [
      { x1: 1, y1: 1, x2: 7, y2: 6 },
      { x1: 3, y1: 2, x2: 12, y2: 8 },
    ]) {
      editor().select(null);
      editor().setBox(box);
    }
    await hand.clock.runOut();
    editor().select(null);
    editor().setTool('select');
  });

  /** A place that lies in the masks of these objects, by their place in the list. */
  const placeIn = (...wanted: readonly number[]): readonly [number, number] => {
    for (let y = 0; y < 9; y++) {
      for (let x = 0; x < 13; x++) {
        const inside = state().views.map(({ mask }) => isSet(mask, x, y));
        if (inside.every((is, place) => is === wanted.includes(place))) return [x + 0.5, y + 0.5];
      }
    }
    throw new Error(`no place lies in ${wanted.join(' and ')}`);
  };
  const id = (place: number) => state().views[place]?.annotation.id;

  test('a click selects the object under it, the topmost of several, and the next one below when clicked again', () => {
    const both = placeIn(0, 1);
    hand.click(both);
    expect(state().selectedId).toBe(id(1));
    hand.click(both);
    expect(state().selectedId).toBe(id(0));
    hand.click(both);
    expect(state().selectedId).toBe(id(1));
  });

  test('a click beside every mask selects nothing', () => {
    hand.click(placeIn(0));
    hand.click(placeIn());
    expect(state().selectedId).toBeNull();
  });

  test('hidden and locked objects let clicks through', () => {
    const both = placeIn(0, 1);
    editor().setVisible(id(1) ?? '', 'hidden');
    hand.click(both);
    expect(state().selectedId).toBe(id(0));
    editor().select(null);
    editor().setLocked(id(0) ?? '', 'locked');
    hand.click(both);
    expect(state().selectedId).toBeNull();
  });

  test('a drag moves the view', () => {
    const before = hand.view.transform;
    const [x, y] = placeIn();
    hand.drag([
      [x, y],
      [x + 1, y],
    ]);
    expect(hand.view.transform.x).toBeCloseTo(before.x + CANVAS_SCALE);
  });

  test('Escape goes back one level at a time: the selection, then the tool', () => {
    editor().setTool('box');
    editor().select(id(0) ?? null);
    hand.interaction.stepBack();
    expect(state()).toMatchObject({ selectedId: null, tool: 'box' });
    hand.interaction.stepBack();
    expect(state().tool).toBe('select');
    expect(hand.interaction.canStepBack).toBe(false);
  });
});

describe('fingers', () => {
  beforeEach(() => editor().setTool('box'));

  test('a second one turns a drag into a pinch, and nothing was drawn', () => {
    hand.down([2, 2], touch(1));
    hand.move([4, 4], touch(1));
    hand.down([8, 4], touch(2));
    const { scale } = hand.view.transform;
    hand.move([8.8, 4], touch(2));
    hand.up([8.8, 4], touch(2));
    hand.up([4, 4], touch(1));
    expect(hand.view.transform.scale).toBeCloseTo(scale * 1.2);
    expect(state().views).toEqual([]);
  });

  test('the one that is left after a pinch does nothing', () => {
    hand.down([2, 2], touch(1));
    hand.down([8, 4], touch(2));
    hand.up([8, 4], touch(2));
    hand.drag(
      [
        [2, 2],
        [7, 7],
      ],
      touch(1),
    );
    expect(state().views).toEqual([]);
  });

  test('one that draws draws', () => {
    hand.drag(
      [
        [2, 2],
        [7, 5],
      ],
      touch(1),
    );
    expect(prompt().box).toEqual({ x1: 2, y1: 2, x2: 7, y2: 5 });
  });

  test('a long press excludes, once', async () => {
    hand.down([3, 2], touch(1));
    await hand.clock.advance(600);
    hand.up([3, 2], touch(1));
    expect(points()).toEqual([{ x: 3, y: 2, ...background }]);
  });

  test('a press that moves is no long press', async () => {
    hand.down([3, 2], touch(1));
    hand.move([6, 5], touch(1));
    await hand.clock.advance(600);
    hand.up([6, 5], touch(1));
    expect(prompt()).toMatchObject({ box: { x1: 3, y1: 2, x2: 6, y2: 5 }, points: [] });
  });
});

describe('the view moves', () => {
  const shift = () => hand.view.transform.x;

  test('with the middle button, whatever the tool', () => {
    editor().setTool('brush');
    const before = shift();
    hand.drag(
      [
        [2, 2],
        [4, 2],
      ],
      { button: 'middle' },
    );
    expect(shift()).toBeCloseTo(before + 2 * CANVAS_SCALE);
    expect(steps()).toBe(0);
  });

  test('while space is held, and no longer once it is released', () => {
    editor().setTool('box');
    const before = shift();
    hand.interaction.holdPan('held');
    hand.drag([
      [2, 2],
      [4, 2],
    ]);
    hand.interaction.holdPan('released');
    expect(shift()).toBeCloseTo(before + 2 * CANVAS_SCALE);
    hand.drag([
      [2, 2],
      [4, 5],
    ]);
    expect(prompt().box).toEqual({ x1: 2, y1: 2, x2: 4, y2: 5 });
  });
});

describe('the crosshair of the keyboard', () => {
  const middle = { x: 6.4, y: 4.4 };

  beforeEach(() => hand.interaction.startCrosshair());

  test('places points where it is', () => {
    editor().setTool('foreground');
    hand.interaction.pressCrosshair('primary');
    hand.interaction.moveCrosshair({ x: 2 * CANVAS_SCALE, y: -CANVAS_SCALE });
    hand.interaction.pressCrosshair('secondary');
    expect(points()).toEqual([
      { ...middle, ...foreground },
      { x: 8.4, y: 3.4, ...background },
    ]);
  });

  test('draws a box between two presses', () => {
    editor().setTool('box');
    hand.interaction.pressCrosshair('primary');
    hand.interaction.moveCrosshair({ x: 3 * CANVAS_SCALE, y: 2 * CANVAS_SCALE });
    expect(hand.interaction.store.getState().live?.box).toEqual({ x1: 6, y1: 4, x2: 9, y2: 6 });
    hand.interaction.pressCrosshair('primary');
    expect(prompt().box).toEqual({ x1: 6, y1: 4, x2: 9, y2: 6 });
  });

  test('includes with two presses in one place, as a click does', () => {
    editor().setTool('box');
    hand.interaction.pressCrosshair('primary');
    hand.interaction.pressCrosshair('primary');
    expect(points()).toEqual([{ ...middle, ...foreground }]);
  });

  test('grabs a point and lets it go', () => {
    editor().setTool('foreground');
    hand.interaction.pressCrosshair('primary');
    hand.interaction.pressCrosshair('primary');
    hand.interaction.moveCrosshair({ x: -CANVAS_SCALE, y: 0 });
    hand.interaction.pressCrosshair('primary');
    expect(points()).toEqual([{ x: 5.4, y: 4.4, ...foreground }]);
  });

  test('takes the view along where it would leave it', () => {
    const before = hand.view.transform.x;
    hand.interaction.moveCrosshair({ x: -99_999, y: 0 });
    expect(hand.interaction.store.getState().crosshair?.x).toBe(0);
    expect(hand.view.transform.x).toBeGreaterThan(before);
  });

  test('is left by Escape, and a box that was begun with it is not made', () => {
    editor().setTool('box');
    hand.interaction.pressCrosshair('primary');
    hand.interaction.moveCrosshair({ x: CANVAS_SCALE, y: CANVAS_SCALE });
    hand.interaction.stepBack();
    expect(hand.interaction.store.getState()).toMatchObject({ live: null });
    hand.interaction.stepBack();
    expect(hand.interaction.store.getState().crosshair).toBeNull();
    expect(state().views).toEqual([]);
  });
});

function isSet(mask: { readonly rings: readonly Float32Array[] } | null, x: number, y: number): boolean {
  return mask !== null && isPointInRings({ x: x + 0.5, y: y + 0.5 }, mask.rings);
}
