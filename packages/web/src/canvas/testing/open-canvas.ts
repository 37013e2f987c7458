import { IMAGE_SIZE } from '../../editor/testing/fake-answers.ts';
import { FakeClock } from '../../editor/testing/fake-clock.ts';
import { FakeServer } from '../../editor/testing/fake-server.ts';
import { MemoryQueueStore } from '../../editor/testing/memory-queue-store.ts';
import { openPage, type Page } from '../../editor/testing/open-page.ts';
import { Interaction } from '../gestures/interaction.ts';
import type { Pointer } from '../gestures/pointer.ts';
import { CanvasView } from '../view/canvas-view.ts';
import { toView } from '../view/view-transform.ts';

/** A hand on the canvas of a real editor. Places are in pixels of the image. */
export interface Hand {
  readonly page: Page;
  readonly clock: FakeClock;
  readonly server: FakeServer;
  readonly view: CanvasView;
  readonly interaction: Interaction;
  down(at: Place, how?: Partial<Pointer>): void;
  move(at: Place, how?: Partial<Pointer>): void;
  up(at: Place, how?: Partial<Pointer>): void;
  click(at: Place, how?: Partial<Pointer>): void;
  /** Presses at the first place, goes through the others, and lets go at the last. */
  drag(places: readonly Place[], how?: Partial<Pointer>): void;
}

export type Place = readonly [x: number, y: number];

/** One pixel of the image takes so many of the canvas. */
export const CANVAS_SCALE = 50;

export async function openCanvas(): Promise<Hand> {
  const clock = new FakeClock();
  const server = new FakeServer(clock);
  const page = openPage(server, { name: 'page', store: new MemoryQueueStore() });
  await clock.runOut();
  const view = new CanvasView({ top: 7, right: 0, bottom: 0, left: 11 });
  view.resize({ width: IMAGE_SIZE.width * CANVAS_SCALE + 11, height: IMAGE_SIZE.height * CANVAS_SCALE + 7 });
  view.show(IMAGE_SIZE);
  const interaction = new Interaction({ editor: page.editor, view, clock });
  const pointer = ([x, y]: Place, how: Partial<Pointer> = {}): Pointer => {
    const at = toView({ x, y }, view.transform);
    const usual = { id: 1, device: 'mouse', button: 'primary', alt: false, shift: false } as const;
    return { ...usual, at, trail: [at], timeMs: clock.now(), ...how };
  };
  const hand: Hand = {
    page,
    clock,
    server,
    view,
    interaction,
    down: (at, how) => interaction.down(pointer(at, how)),
    move: (at, how) => interaction.move(pointer(at, how)),
    up: (at, how) => interaction.up(pointer(at, how)),
    click: (at, how) => {
      hand.down(at, how);
      hand.up(at, how);
    },
    drag: (places, how) => {
      const [first, ...others] = places;
      const last = places.at(-1);
      if (first === undefined || last === undefined) return;
      hand.down(first, how);
      for (const place of others) hand.move(place, how);
      hand.up(last, how);
    },
  };
  return hand;
}
