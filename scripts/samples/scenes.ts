import { cloth, metal, plain, plaster, wood } from './materials.ts';
import type { Scene } from './scene.ts';
import type { Vector } from './shapes.ts';
import * as things from './things.ts';

const oak = wood([0.52, 0.33, 0.17], [0.27, 0.15, 0.07], 0.95);
const walnut = wood([0.24, 0.14, 0.08], [0.11, 0.06, 0.035], 1.1);
const pine = wood([0.68, 0.5, 0.3], [0.47, 0.31, 0.16], 5, 'z');

/** A table laid for breakfast: objects in front of each other, a handle and a ring with holes, the tines of a fork. */
const breakfast: Scene = {
  name: 'breakfast',
  description: 'mug, donut on a plate, orange, apple, egg and fork on a wooden table',
  width: 960,
  height: 640,
  seed: 11,
  camera: { from: { x: 0.25, y: 3.1, z: 5.3 }, to: { x: 0, y: 0.3, z: 0 }, degrees: 32 },
  light: { x: -0.85, y: 0.8, z: 0.3 },
  softness: 0.11,
  table: oak,
  wall: plaster([0.52, 0.5, 0.44]),
  wallDistance: 3.2,
  things: [
    things.mug('mug', { x: -1.35, y: 0, z: -0.35 }, 15, [0.1, 0.24, 0.36]),
    things.plate('plate', { x: 0.45, y: 0, z: 0.25 }, 0.85, [0.74, 0.73, 0.69], [0.15, 0.25, 0.4]),
    things.donut('donut', { x: 0.42, y: 0.045, z: 0.25 }, [0.66, 0.24, 0.3]),
    things.orange('orange', { x: 0.35, y: 0, z: -1.05 }, 0.42, [0.86, 0.36, 0.05]),
    things.apple('apple', { x: -0.72, y: 0, z: 0.3 }, 0.95, [0.42, 0.42, 0.1], [0.55, 0.05, 0.05]),
    things.egg('egg', { x: -1.35, y: 0, z: 0.95 }, 25, [0.72, 0.5, 0.36]),
    things.fork('fork', { x: 1.72, y: 0, z: 0.25 }, 172, things.steel),
  ],
};

/** A pile of books seen from close: long edges, a leaning light, a brass ring, a bent wire. */
const desk: Scene = {
  name: 'desk',
  description: 'two books with a pear on them, vase, brass ring, pencil and a bent copper wire on a cloth',
  width: 640,
  height: 800,
  seed: 23,
  camera: { from: { x: -0.3, y: 3.3, z: 6.2 }, to: { x: 0, y: 0.62, z: 0 }, degrees: 34 },
  light: { x: 0.8, y: 0.9, z: 0.55 },
  softness: 0.16,
  table: cloth([0.34, 0.4, 0.43]),
  wall: plaster([0.6, 0.52, 0.42]),
  wallDistance: 2.6,
  things: [
    things.vase('vase', { x: -0.75, y: 0, z: -0.75 }, [0.68, 0.62, 0.52], [0.16, 0.22, 0.34]),
    things.book(
      'lower book',
      { x: 0.38, y: 0, z: -0.25 },
      { x: 0.85, y: 0.14, z: 0.62 },
      12,
      [0.1, 0.26, 0.2],
    ),
    things.book(
      'upper book',
      { x: 0.42, y: 0.28, z: -0.22 },
      { x: 0.68, y: 0.1, z: 0.5 },
      -9,
      [0.42, 0.09, 0.08],
    ),
    things.pear('pear', { x: 0.42, y: 0.48, z: -0.25 }, 20, [0.5, 0.48, 0.1], [0.42, 0.5, 0.12]),
    things.ring('brass ring', { x: -0.72, y: 0, z: 0.75 }, 0.36, 0.055, things.brass),
    things.pencil('pencil', { x: 0.42, y: 0, z: 0.82 }, 14, [0.78, 0.5, 0.06]),
    things.bentWire('copper wire', { x: 0.15, y: 0.03, z: 1.55 }, paperClip(), 0.026, things.copper),
  ],
};

/** Fruit in a bowl and around it: things inside a thing, dark on dark, wide picture. */
const kitchen: Scene = {
  name: 'kitchen',
  description: 'bowl with lemons and an orange, bottle, pears, apple and a wire whisk on dark wood',
  width: 1280,
  height: 720,
  seed: 37,
  camera: { from: { x: 0.2, y: 2.7, z: 6 }, to: { x: 0.1, y: 0.5, z: 0 }, degrees: 30 },
  light: { x: -0.8, y: 0.85, z: 0.4 },
  softness: 0.14,
  table: walnut,
  wall: plaster([0.3, 0.36, 0.36]),
  wallDistance: 3.4,
  things: [
    things.bottle('bottle', { x: -1.95, y: 0, z: -0.5 }, [0.03, 0.09, 0.05], [0.74, 0.68, 0.54]),
    things.bowl('bowl', { x: -0.45, y: 0, z: -0.2 }, 0.88, [0.62, 0.6, 0.54]),
    things.lemon('left lemon', { x: -0.75, y: 0.38, z: -0.12 }, 30, [0.86, 0.66, 0.06]),
    things.lemon('right lemon', { x: -0.12, y: 0.36, z: -0.02 }, -35, [0.88, 0.7, 0.08]),
    things.orange('orange in the bowl', { x: -0.4, y: 0.36, z: -0.62 }, 0.36, [0.84, 0.32, 0.04]),
    things.pear('standing pear', { x: 0.95, y: 0, z: -0.35 }, 200, [0.48, 0.5, 0.1], [0.52, 0.48, 0.12]),
    things.apple('green apple', { x: 1.42, y: 0, z: 0.2 }, 1, [0.42, 0.52, 0.08], [0.36, 0.52, 0.1]),
    things.bentWire('whisk', { x: 0.45, y: 0.1, z: 1.05 }, whisk(), 0.022, metal([0.8, 0.8, 0.82], 0.2)),
  ],
};

/** Toys in low light: long soft shadows, straight edges, a wooden ring. */
const blocks: Scene = {
  name: 'blocks',
  description: 'wooden blocks, a ball, a red ring and a steel spring in low light',
  width: 720,
  height: 720,
  seed: 53,
  camera: { from: { x: 0.5, y: 4.2, z: 5 }, to: { x: 0, y: 0.2, z: 0.1 }, degrees: 31 },
  light: { x: -1.1, y: 0.62, z: -0.1 },
  softness: 0.2,
  table: cloth([0.5, 0.47, 0.41]),
  wall: plaster([0.5, 0.47, 0.42]),
  wallDistance: 4,
  things: [
    things.block('large block', { x: -0.65, y: 0, z: -0.55 }, { x: 0.38, y: 0.38, z: 0.38 }, 28, pine),
    things.block(
      'small block',
      { x: -0.62, y: 0.76, z: -0.55 },
      { x: 0.24, y: 0.24, z: 0.24 },
      -18,
      plain([0.1, 0.26, 0.42], 0.5),
    ),
    things.block(
      'plank',
      { x: 0.55, y: 0, z: -0.55 },
      { x: 0.62, y: 0.13, z: 0.24 },
      -24,
      plain([0.7, 0.5, 0.08], 0.5),
    ),
    things.ball('ball', { x: 0.3, y: 0, z: 0.35 }, 0.34, [0.1, 0.36, 0.24], [0.7, 0.66, 0.55]),
    things.ring('red ring', { x: -0.72, y: 0, z: 0.85 }, 0.34, 0.11, plain([0.6, 0.07, 0.06], 0.3)),
    things.bentWire('spring', { x: 1.0, y: 0.16, z: 0.75 }, spring(), 0.022, things.steel),
  ],
};

export const scenes: readonly Scene[] = [breakfast, desk, kitchen, blocks];

function paperClip(): Vector[] {
  return [
    ...arc({ x: -0.5, z: 0.02 }, 0.17, 60, 270),
    ...arc({ x: 0.5, z: -0.01 }, 0.14, -90, 90),
    ...arc({ x: -0.36, z: 0.02 }, 0.11, 90, 270),
    { x: 0.3, y: 0, z: -0.09 },
  ];
}

function arc(centre: { x: number; z: number }, radius: number, from: number, to: number): Vector[] {
  return Array.from({ length: 13 }, (_, index) => {
    const angle = ((from + ((to - from) * index) / 12) * Math.PI) / 180;
    return { x: centre.x + radius * Math.cos(angle), y: 0, z: centre.z + radius * Math.sin(angle) };
  });
}

/** Handle along x, then loops of wire around the same axis. */
function whisk(): Vector[] {
  const loops = [0, 60, 120].flatMap((degrees) => whiskLoop((degrees * Math.PI) / 180));
  return [{ x: -0.75, y: 0.02, z: 0.1 }, { x: 0, y: 0.06, z: 0 }, ...loops];
}

function whiskLoop(tilt: number): Vector[] {
  return Array.from({ length: 21 }, (_, index) => {
    const t = (index / 20) * 2 * Math.PI;
    const wide = 0.2 * Math.sin(t) * (1 - 0.35 * Math.cos(t));
    return { x: 0.45 * (1 - Math.cos(t)), y: 0.13 + wide * Math.sin(tilt) * 0.9, z: wide * Math.cos(tilt) };
  });
}

function spring(): Vector[] {
  return Array.from({ length: 91 }, (_, index) => {
    const t = index / 90;
    const angle = t * 2 * Math.PI * 6;
    return { x: 0.14 * Math.cos(angle) + 0.2 * (t - 0.5), y: 0.14 * Math.sin(angle), z: 0.9 * (t - 0.5) };
  });
}
