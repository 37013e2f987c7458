import type { Scene, Thing } from './scene.ts';
import { hypot, type Vector } from './shapes.ts';

/** What a ray meets: the index in `things`, or one of these. */
export const ground = -1;
export const nothing = -2;

export interface Ray {
  readonly origin: Vector;
  /** Unit length. */
  readonly direction: Vector;
}

export interface Hit {
  readonly what: number;
  readonly distance: number;
}

const farthest = 40;

/** Table and wall: two planes that meet in a curve, as a photographer's paper does. */
export function groundDistance(scene: Scene, y: number, z: number): number {
  const behind = z + scene.wallDistance;
  const width = 1.6;
  const overlap = Math.max(0, width - Math.abs(y - behind)) / width;
  return Math.min(y, behind) - (overlap * overlap * width) / 4;
}

/** Walks along the ray in steps of the distance to the nearest surface. */
export function trace(scene: Scene, ray: Ray): Hit {
  const { origin: o, direction: d } = ray;
  const candidates = thingsNear(scene, ray, 1);
  let t = 0.2;
  for (let count = 0; count < 400 && t < farthest; count++) {
    const x = o.x + d.x * t;
    const y = o.y + d.y * t;
    const z = o.z + d.z * t;
    let nearest = groundDistance(scene, y, z);
    let what = ground;
    for (const index of candidates) {
      const distance = (scene.things[index] as Thing).shape(x, y, z);
      if (distance < nearest) {
        nearest = distance;
        what = index;
      }
    }
    if (nearest < 0.00012 * t) return { what, distance: t };
    t += nearest * 0.9;
  }
  return { what: nothing, distance: farthest };
}

/**
 * Part of the light that arrives along the ray, 0 … 1: the narrowest gap that the ray passes, seen from its start, is
 * compared with the width of the light.
 */
export function visibility(scene: Scene, ray: Ray): number {
  const { origin: o, direction: d } = ray;
  const candidates = thingsNear(scene, ray, 1 + 2 * scene.softness);
  let open = 1;
  let t = 0.02;
  for (let count = 0; count < 90 && t < 9; count++) {
    let nearest = Infinity;
    for (const index of candidates) {
      const distance = (scene.things[index] as Thing).shape(o.x + d.x * t, o.y + d.y * t, o.z + d.z * t);
      if (distance < nearest) nearest = distance;
    }
    open = Math.min(open, nearest / (scene.softness * t));
    if (open < -1) break;
    t += Math.min(0.25, Math.max(0.012, Math.abs(nearest) * 0.7));
  }
  const share = (Math.max(-1, open) + 1) / 2;
  return share * share * (3 - 2 * share);
}

/** How open the surroundings of a surface are, 0 … 1: things nearby keep light from the sky away. */
export function openness(scene: Scene, point: Vector, normal: Vector): number {
  let closed = 0;
  let weight = 1;
  for (let reach = 0.06; reach < 0.9; reach *= 1.8) {
    const x = point.x + normal.x * reach;
    const y = point.y + normal.y * reach;
    const z = point.z + normal.z * reach;
    let nearest = Math.min(reach, groundDistance(scene, y, z));
    for (const thing of scene.things) {
      if (toBounds(thing, x, y, z) < nearest) nearest = Math.min(nearest, thing.shape(x, y, z));
    }
    closed += (weight * (reach - nearest)) / reach;
    weight *= 0.62;
  }
  return Math.max(0, 1 - closed * 0.42);
}

function thingsNear(scene: Scene, { origin: o, direction: d }: Ray, scale: number): number[] {
  const near: number[] = [];
  scene.things.forEach(({ bounds: { centre, radius } }, index) => {
    const x = centre.x - o.x;
    const y = centre.y - o.y;
    const z = centre.z - o.z;
    const along = Math.max(0, x * d.x + y * d.y + z * d.z);
    if (hypot(x - along * d.x, y - along * d.y, z - along * d.z) < radius * scale + 0.3 * (scale - 1))
      near.push(index);
  });
  return near;
}

function toBounds({ bounds: { centre, radius } }: Thing, x: number, y: number, z: number): number {
  return hypot(x - centre.x, y - centre.y, z - centre.z) - radius;
}
