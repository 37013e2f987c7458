/**
 * Signed distances: a shape is a function from a point to its distance from the surface, negative inside. Lengths are
 * decimetres, y points up, the table is y = 0. Shapes combine without allocating, because they run millions of times.
 */
export type Shape = (x: number, y: number, z: number) => number;

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export function sphere(radius: number): Shape {
  return (x, y, z) => hypot(x, y, z) - radius;
}

/** Scaled sphere; the distance is a good bound, not exact. */
export function ellipsoid(rx: number, ry: number, rz: number): Shape {
  return (x, y, z) => {
    const near = hypot(x / rx, y / ry, z / rz);
    const steep = hypot(x / (rx * rx), y / (ry * ry), z / (rz * rz));
    return steep === 0 ? -Math.min(rx, ry, rz) : (near * (near - 1)) / steep;
  };
}

/** Half sizes include the rounding. */
export function roundedBox(hx: number, hy: number, hz: number, rounding: number): Shape {
  return (x, y, z) => {
    const qx = Math.abs(x) - hx + rounding;
    const qy = Math.abs(y) - hy + rounding;
    const qz = Math.abs(z) - hz + rounding;
    const outside = hypot(Math.max(qx, 0), Math.max(qy, 0), Math.max(qz, 0));
    return outside + Math.min(Math.max(qx, qy, qz), 0) - rounding;
  };
}

/** Upright cylinder around the origin. */
export function cylinder(radius: number, halfHeight: number, rounding: number): Shape {
  return (x, y, z) => {
    const dr = hypot(x, z) - radius + rounding;
    const dy = Math.abs(y) - halfHeight + rounding;
    return Math.min(Math.max(dr, dy), 0) + hypot(Math.max(dr, 0), Math.max(dy, 0)) - rounding;
  };
}

/** Ring lying flat: `radius` to the middle of the tube. */
export function torus(radius: number, tube: number): Shape {
  return (x, y, z) => hypot(hypot(x, z) - radius, y) - tube;
}

/** Segment with round ends whose radius goes from `from` to `to`. */
export function capsule(a: Vector, b: Vector, from: number, to: number = from): Shape {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const dz = b.z - a.z;
  const lengthSquared = dx * dx + dy * dy + dz * dz;
  return (x, y, z) => {
    const along = ((x - a.x) * dx + (y - a.y) * dy + (z - a.z) * dz) / lengthSquared;
    const t = Math.min(1, Math.max(0, along));
    return hypot(x - a.x - t * dx, y - a.y - t * dy, z - a.z - t * dz) - from - (to - from) * t;
  };
}

/** Wire through the points. Stretches of it that are farther away than what was found already are passed over whole. */
export function wire(points: readonly Vector[], radius: number): Shape {
  const stretches: Stretch[] = [];
  for (let start = 0; start + 1 < points.length; start += 6)
    stretches.push(stretch(points.slice(start, start + 7), radius));
  return (x, y, z) => {
    let nearest = Infinity;
    for (const { centre, reach, shape } of stretches) {
      if (hypot(x - centre.x, y - centre.y, z - centre.z) - reach < nearest)
        nearest = Math.min(nearest, shape(x, y, z));
    }
    return nearest;
  };
}

interface Stretch {
  readonly centre: Vector;
  readonly reach: number;
  readonly shape: Shape;
}

function stretch(points: readonly Vector[], radius: number): Stretch {
  const mean = (axis: 'x' | 'y' | 'z'): number =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const centre = { x: mean('x'), y: mean('y'), z: mean('z') };
  const reaches = points.map((point) => hypot(point.x - centre.x, point.y - centre.y, point.z - centre.z));
  const parts = points.slice(1).map((point, index) => capsule(points[index] ?? point, point, radius));
  return { centre, reach: Math.max(...reaches) + radius, shape: union(...parts) };
}

/**
 * Body of revolution: `radiusAt` gives the radius at a height between `bottom` and `top`. `steepness` bounds how much
 * the radius changes with the height, so that the result never overestimates the distance.
 */
export function turned(
  bottom: number,
  top: number,
  steepness: number,
  radiusAt: (y: number) => number,
): Shape {
  const scale = 1 / hypot(1, steepness);
  return (x, y, z) => {
    const side = (hypot(x, z) - radiusAt(Math.min(top, Math.max(bottom, y)))) * scale;
    return Math.max(side, y - top, bottom - y);
  };
}

export function union(...shapes: readonly Shape[]): Shape {
  return (x, y, z) => {
    let nearest = Infinity;
    for (const shape of shapes) nearest = Math.min(nearest, shape(x, y, z));
    return nearest;
  };
}

export function subtract(from: Shape, what: Shape): Shape {
  return (x, y, z) => Math.max(from(x, y, z), -what(x, y, z));
}

export function intersect(a: Shape, b: Shape): Shape {
  return (x, y, z) => Math.max(a(x, y, z), b(x, y, z));
}

/** Union whose seam is rounded over `width`. */
export function blend(a: Shape, b: Shape, width: number): Shape {
  return (x, y, z) => {
    const da = a(x, y, z);
    const db = b(x, y, z);
    const overlap = Math.max(0, width - Math.abs(da - db)) / width;
    return Math.min(da, db) - (overlap * overlap * width) / 4;
  };
}

export function moved(shape: Shape, { x: mx, y: my, z: mz }: Vector): Shape {
  return (x, y, z) => shape(x - mx, y - my, z - mz);
}

/** Turned counter-clockwise, seen from above. */
export function turnedAboutY(shape: Shape, degrees: number): Shape {
  const [c, s] = cosSin(degrees);
  return (x, y, z) => shape(c * x - s * z, y, s * x + c * z);
}

export function turnedAboutX(shape: Shape, degrees: number): Shape {
  const [c, s] = cosSin(degrees);
  return (x, y, z) => shape(x, c * y + s * z, c * z - s * y);
}

export function turnedAboutZ(shape: Shape, degrees: number): Shape {
  const [c, s] = cosSin(degrees);
  return (x, y, z) => shape(c * x + s * y, c * y - s * x, z);
}

function cosSin(degrees: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

/** `Math.hypot` guards against overflow, which costs more than all the rest here. */
export function hypot(x: number, y: number, z: number = 0): number {
  return Math.sqrt(x * x + y * y + z * z);
}
