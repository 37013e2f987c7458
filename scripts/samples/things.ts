import { bound, glaze, icedDough, metal, mix, peel, plain, skin } from './materials.ts';
import { step } from './noise.ts';
import type { Colour, Material, Thing } from './scene.ts';
import type { Shape, Vector } from './shapes.ts';
import * as shapes from './shapes.ts';

/** Objects of a still life, each standing or lying on y = `at.y` at (`at.x`, `at.z`). */

export function mug(name: string, at: Vector, handle: number, base: Colour): Thing {
  const wall = shapes.subtract(
    shapes.moved(shapes.cylinder(0.44, 0.48, 0.05), { x: 0, y: 0.48, z: 0 }),
    shapes.moved(shapes.cylinder(0.385, 0.48, 0.08), { x: 0, y: 0.56, z: 0 }),
  );
  const loop = shapes.moved(shapes.turnedAboutX(oval(0.24, 0.3, 0.06), 90), { x: 0.5, y: 0.48, z: 0 });
  const handleOnly = shapes.subtract(loop, shapes.moved(shapes.cylinder(0.4, 1, 0), { x: 0, y: 0.5, z: 0 }));
  const coffee = shapes.moved(shapes.cylinder(0.39, 0.36, 0.01), { x: 0, y: 0.4, z: 0 });
  const body = shapes.union(shapes.blend(wall, handleOnly, 0.06), coffee);
  const glazed = glaze(base, scaledDown(base), 0.2);
  const inCoffee = (x: number, y: number, z: number): boolean =>
    y - at.y > 0.7 && y - at.y < 0.8 && shapes.hypot(x - at.x, z - at.z) < 0.386;
  const colour: Material['colour'] = (x, y, z) =>
    inCoffee(x, y, z) ? [0.06, 0.028, 0.014] : glazed.colour(x, y, z);
  return placed(
    name,
    shapes.turnedAboutY(body, handle),
    at,
    { y: 0.48, radius: 0.98 },
    { ...glazed, colour },
  );
}

export function apple(name: string, at: Vector, size: number, top: Colour, side: Colour): Thing {
  const flesh: Shape = (x, y, z) => {
    const ring = shapes.hypot(x, z) - 0.17;
    const taper = 1 + 0.16 * (0.35 - y);
    return (shapes.hypot(ring * taper, y * 0.98) - 0.27) * 0.85;
  };
  const stem = shapes.capsule({ x: 0, y: 0.15, z: 0 }, { x: 0.06, y: 0.36, z: 0.02 }, 0.016, 0.022);
  const body = enlarged(
    shapes.union(shapes.moved(flesh, { x: 0, y: 0.27, z: 0 }), shapes.moved(stem, { x: 0, y: 0.25, z: 0 })),
    size,
  );
  const heart = { x: at.x, y: at.y + 0.27 * size, z: at.z };
  const material = skin(heart, top, side, 0.45, 0.3);
  return placed(
    name,
    body,
    at,
    { y: 0.32 * size, radius: 0.5 * size },
    withStem(material, heart, 0.2 * size),
  );
}

export function orange(name: string, at: Vector, radius: number, base: Colour): Thing {
  const body = shapes.moved(shapes.ellipsoid(radius, radius * 0.94, radius), {
    x: 0,
    y: radius * 0.94,
    z: 0,
  });
  return placed(name, body, at, { y: radius, radius: radius * 1.03 }, peel(base));
}

/** Ball with a stripe. */
export function ball(name: string, at: Vector, radius: number, base: Colour, stripe: Colour): Thing {
  const body = shapes.moved(shapes.sphere(radius), { x: 0, y: radius, z: 0 });
  const painted = plain(base, 0.35, 0.1);
  const colour: Material['colour'] = (x, y, z) => {
    const across = Math.abs(0.8 * (y - at.y - radius) + 0.6 * (x - at.x)) / radius;
    return mix(stripe, painted.colour(x, y, z), step(0.24, 0.26, across));
  };
  return placed(name, body, at, { y: radius, radius: radius * 1.03 }, { ...painted, colour });
}

export function lemon(name: string, at: Vector, direction: number, base: Colour): Thing {
  const flesh = shapes.blend(
    shapes.ellipsoid(0.36, 0.26, 0.26),
    shapes.capsule({ x: -0.4, y: 0, z: 0 }, { x: 0.4, y: 0, z: 0 }, 0.05),
    0.16,
  );
  const body = shapes.moved(shapes.turnedAboutY(shapes.turnedAboutZ(flesh, 6), direction), {
    x: 0,
    y: 0.27,
    z: 0,
  });
  return placed(name, body, at, { y: 0.27, radius: 0.5 }, peel(base));
}

export function pear(name: string, at: Vector, lean: number, top: Colour, side: Colour): Thing {
  const flesh = shapes.blend(
    shapes.moved(shapes.ellipsoid(0.33, 0.31, 0.33), { x: 0, y: 0.31, z: 0 }),
    shapes.capsule({ x: 0, y: 0.45, z: 0 }, { x: 0.03, y: 0.78, z: 0 }, 0.19, 0.115),
    0.3,
  );
  const stem = shapes.capsule({ x: 0.03, y: 0.86, z: 0 }, { x: 0.11, y: 1.08, z: 0.02 }, 0.017, 0.025);
  const body = shapes.turnedAboutY(shapes.union(flesh, stem), lean);
  const heart = { x: at.x, y: at.y + 0.3, z: at.z };
  return placed(
    name,
    body,
    at,
    { y: 0.52, radius: 0.64 },
    withStem(skin(heart, top, side, 0.5), heart, 0.62),
  );
}

export function egg(name: string, at: Vector, direction: number, base: Colour): Thing {
  const shell = shapes.blend(
    shapes.sphere(0.22),
    shapes.moved(shapes.sphere(0.15), { x: 0.13, y: 0, z: 0 }),
    0.3,
  );
  const body = shapes.moved(shapes.turnedAboutY(shell, direction), { x: 0, y: 0.23, z: 0 });
  return placed(name, body, at, { y: 0.23, radius: 0.42 }, plain(base, 0.6, 0.2));
}

export function plate(name: string, at: Vector, radius: number, base: Colour, rim: Colour): Thing {
  const dish = shapes.turned(0, 0.12, 3, (y) => radius * (0.62 + 0.38 * Math.sqrt(Math.min(1, y / 0.11))));
  const hollow = shapes.moved(
    shapes.turned(0, 0.3, 3, (y) => radius * (0.6 + 0.38 * Math.sqrt(Math.min(1, y / 0.1)))),
    { x: 0, y: 0.035, z: 0 },
  );
  const glazed = glaze(base, base, 0.18);
  const colour: Material['colour'] = (x, y, z) => {
    const share = shapes.hypot(x - at.x, z - at.z) / radius;
    return mix(glazed.colour(x, y, z), rim, step(0.86, 0.87, share) * (1 - step(0.93, 0.94, share)));
  };
  return placed(
    name,
    shapes.subtract(dish, hollow),
    at,
    { y: 0.06, radius: radius * 1.03 },
    { ...glazed, colour },
  );
}

export function bowl(name: string, at: Vector, radius: number, base: Colour): Thing {
  const outer = shapes.moved(shapes.sphere(radius), { x: 0, y: radius, z: 0 });
  const inner = shapes.moved(shapes.sphere(radius * 0.93), { x: 0, y: radius, z: 0 });
  const below: Shape = (_x, y) => y - radius * 0.72;
  const foot = shapes.moved(shapes.cylinder(radius * 0.42, 0.05, 0.02), { x: 0, y: 0.03, z: 0 });
  const body = shapes.union(shapes.intersect(shapes.subtract(outer, inner), below), foot);
  return placed(name, body, at, { y: radius * 0.5, radius: radius * 1.05 }, glaze(base, scaledDown(base)));
}

export function vase(name: string, at: Vector, base: Colour, lines: Colour): Thing {
  const profile = (y: number): number =>
    0.2 + 0.3 * Math.exp(-((y - 0.55) ** 2) / 0.14) - 0.07 * step(0.9, 1.35, y) + 0.09 * step(1.4, 1.62, y);
  const outer = shapes.turned(0, 1.6, 1.2, profile);
  const inner = shapes.turned(0.08, 1.8, 1.2, (y) => profile(y) - 0.035);
  const glazed = glaze(base, scaledDown(base), 0.25);
  const colour: Material['colour'] = (x, y, z) => {
    const band =
      Math.abs((((y - at.y) * 5.2) % 1) - 0.5) < 0.06 && y - at.y > 0.3 && y - at.y < 1.0 ? 0.8 : 0;
    return mix(glazed.colour(x, y, z), lines, band);
  };
  return placed(name, shapes.subtract(outer, inner), at, { y: 0.8, radius: 0.95 }, { ...glazed, colour });
}

export function bottle(name: string, at: Vector, base: Colour, label: Colour): Thing {
  const profile = (y: number): number => 0.3 - 0.195 * step(1.0, 1.45, y) + 0.03 * step(1.78, 1.8, y);
  const body = shapes.turned(0, 1.92, 0.9, profile);
  const colour: Material['colour'] = (x, y) => {
    const h = y - at.y;
    if (h > 1.8) return [0.5, 0.08, 0.06];
    const printed = h > 0.3 && h < 0.8;
    if (!printed) return base;
    const line = (h > 0.34 && h < 0.36) || (h > 0.74 && h < 0.76) || Math.abs(h - 0.56) < 0.06;
    return line && Math.abs(x - at.x) < 0.22 ? scaledDown(label) : label;
  };
  return placed(name, body, at, { y: 0.96, radius: 1.03 }, { colour, roughness: 0.14 });
}

export function book(name: string, at: Vector, half: Vector, direction: number, cover: Colour): Thing {
  const boards = shapes.roundedBox(half.x, half.y, half.z, 0.015);
  const angle = (direction * Math.PI) / 180;
  const toLocal = (x: number, y: number, z: number): Vector => ({
    x: Math.cos(angle) * (x - at.x) - Math.sin(angle) * (z - at.z),
    y: y - at.y - half.y,
    z: Math.sin(angle) * (x - at.x) + Math.cos(angle) * (z - at.z),
  });
  const shape = shapes.moved(shapes.turnedAboutY(boards, direction), { x: 0, y: half.y, z: 0 });
  const reach = shapes.hypot(half.x, half.y, half.z);
  return placed(name, shape, at, { y: half.y, radius: reach }, bound(cover, half, toLocal));
}

export function donut(name: string, at: Vector, icing: Colour): Thing {
  const body = shapes.moved(shapes.torus(0.33, 0.17), { x: 0, y: 0.165, z: 0 });
  const material = icedDough({ x: at.x, y: at.y + 0.17, z: at.z }, icing);
  return placed(name, body, at, { y: 0.17, radius: 0.55 }, material);
}

/** Ring with a hole, lying flat. */
export function ring(name: string, at: Vector, radius: number, tube: number, material: Material): Thing {
  const body = shapes.moved(shapes.torus(radius, tube), { x: 0, y: tube, z: 0 });
  return placed(name, body, at, { y: tube, radius: radius + tube * 1.5 }, material);
}

/** Fork lying flat, its tines towards +z before it is turned. */
export function fork(name: string, at: Vector, direction: number, material: Material): Thing {
  const tines = [-0.105, -0.035, 0.035, 0.105].map((x) =>
    shapes.capsule({ x, y: 0.08, z: 0.55 }, { x: x * 1.05, y: 0.1, z: 0.98 }, 0.021, 0.013),
  );
  const palm = shapes.moved(shapes.roundedBox(0.125, 0.016, 0.11, 0.015), { x: 0, y: 0.06, z: 0.5 });
  const neck = shapes.capsule({ x: 0, y: 0.055, z: 0.42 }, { x: 0, y: 0.09, z: 0.1 }, 0.03, 0.026);
  const handle = shapes.capsule({ x: 0, y: 0.09, z: 0.1 }, { x: 0, y: 0.05, z: -0.95 }, 0.026, 0.05);
  const body = shapes.union(shapes.blend(shapes.blend(palm, neck, 0.06), handle, 0.05), ...tines);
  return placed(name, shapes.turnedAboutY(body, direction), at, { y: 0.06, radius: 1.08 }, material);
}

/** Pencil lying flat along x before it is turned, its point at +x. */
export function pencil(name: string, at: Vector, direction: number, paint: Colour): Thing {
  const shaft = shapes.capsule({ x: -0.95, y: 0.055, z: 0 }, { x: 0.75, y: 0.055, z: 0 }, 0.055);
  const tip = shapes.capsule({ x: 0.75, y: 0.055, z: 0 }, { x: 1, y: 0.055, z: 0 }, 0.055, 0.008);
  const angle = (direction * Math.PI) / 180;
  const colour: Material['colour'] = (x, _y, z) => {
    const along = Math.cos(angle) * (x - at.x) - Math.sin(angle) * (z - at.z);
    if (along > 0.94) return [0.04, 0.04, 0.045];
    if (along > 0.76) return [0.62, 0.42, 0.24];
    if (along < -0.86) return [0.62, 0.25, 0.24];
    return along < -0.76 ? [0.5, 0.48, 0.42] : paint;
  };
  const body = shapes.turnedAboutY(shapes.union(shaft, tip), direction);
  return placed(name, body, at, { y: 0.06, radius: 1.05 }, { colour, roughness: 0.3 });
}

/** Bent wire; points relative to `at`. */
export function bentWire(
  name: string,
  at: Vector,
  points: readonly Vector[],
  radius: number,
  material: Material,
): Thing {
  const reach = Math.max(...points.map((point) => shapes.hypot(point.x, point.y, point.z)));
  return placed(name, shapes.wire(points, radius), at, { y: 0, radius: reach + radius }, material);
}

export function block(name: string, at: Vector, half: Vector, direction: number, material: Material): Thing {
  const body = shapes.turnedAboutY(shapes.roundedBox(half.x, half.y, half.z, 0.035), direction);
  const reach = shapes.hypot(half.x, half.y, half.z);
  return placed(
    name,
    shapes.moved(body, { x: 0, y: half.y, z: 0 }),
    at,
    { y: half.y, radius: reach },
    material,
  );
}

export const brass: Material = metal([0.83, 0.62, 0.28], 0.22);
export const steel: Material = metal([0.74, 0.75, 0.77], 0.25);
export const copper: Material = metal([0.8, 0.42, 0.26], 0.25);

function placed(
  name: string,
  shape: Shape,
  at: Vector,
  bounds: { y: number; radius: number },
  material: Material,
): Thing {
  const centre = { x: at.x, y: at.y + bounds.y, z: at.z };
  return { name, shape: shapes.moved(shape, at), bounds: { centre, radius: bounds.radius }, material };
}

/** Torus stretched along z. */
function oval(rx: number, rz: number, tube: number): Shape {
  return (x, y, z) => {
    const around = shapes.hypot(x / rx, z / rz);
    return shapes.hypot((around - 1) * Math.min(rx, rz), y) - tube;
  };
}

function enlarged(shape: Shape, size: number): Shape {
  return (x, y, z) => shape(x / size, y / size, z / size) * size;
}

function withStem(material: Material, heart: Vector, height: number): Material {
  const isStem = (x: number, y: number, z: number): boolean =>
    y - heart.y > height * 0.9 &&
    shapes.hypot(x - heart.x, z - heart.z) < 0.13 &&
    y - heart.y > height + 0.01;
  return {
    ...material,
    colour: (x, y, z) => (isStem(x, y, z) ? [0.16, 0.1, 0.05] : material.colour(x, y, z)),
  };
}

function scaledDown([r, g, b]: Colour): Colour {
  return [r * 0.45, g * 0.45, b * 0.45];
}
