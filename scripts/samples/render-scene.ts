import { hash } from './noise.ts';
import type { Colour, Material, Scene } from './scene.ts';
import { hypot, type Shape, type Vector } from './shapes.ts';
import { ground, groundDistance, type Hit, nothing, openness, type Ray, trace, visibility } from './trace.ts';

/** Instance ids per pixel, 0 for table and wall: what the ray through the pixel's centre meets. Row-major, uint8. */
export function renderLabels(scene: Scene): Uint8Array {
  const labels = new Uint8Array(scene.width * scene.height);
  for (let y = 0; y < scene.height; y++) {
    for (let x = 0; x < scene.width; x++) {
      const { what } = trace(scene, rayThrough(scene, x + 0.5, y + 0.5));
      if (what >= 0) labels[y * scene.width + x] = what + 1;
    }
  }
  return labels;
}

/**
 * The photograph: RGB, row-major, uint8, sRGB. Pixels whose neighbours show something else take 16 samples, others 4.
 */
export function renderImage(scene: Scene, labels: Uint8Array): Uint8Array {
  const image = new Uint8Array(scene.width * scene.height * 3);
  for (let y = 0; y < scene.height; y++) {
    for (let x = 0; x < scene.width; x++) {
      const colour = pixelColour(scene, x, y, onEdge(scene, labels, x, y) ? 4 : 2);
      image.set(developed(scene, colour, x, y), 3 * (y * scene.width + x));
    }
  }
  return image;
}

function pixelColour(scene: Scene, x: number, y: number, side: number): Colour {
  const sum = [0, 0, 0];
  for (let sample = 0; sample < side * side; sample++) {
    const dx = ((sample % side) + 0.5) / side;
    const dy = (Math.floor(sample / side) + 0.5) / side;
    const colour = radiance(scene, rayThrough(scene, x + dx, y + dy));
    for (let channel = 0; channel < 3; channel++) {
      sum[channel] = (sum[channel] ?? 0) + Math.min(1.6, colour[channel] ?? 0) / (side * side);
    }
  }
  return [sum[0] ?? 0, sum[1] ?? 0, sum[2] ?? 0];
}

function onEdge({ width, height }: Scene, labels: Uint8Array, x: number, y: number): boolean {
  const own = labels[y * width + x];
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
      if (labels[ny * width + nx] !== own) return true;
    }
  }
  return false;
}

/** Lens shading, tone curve, grain, sRGB. */
function developed({ width, height, seed }: Scene, colour: Colour, x: number, y: number): number[] {
  const off = hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5);
  const shading = 1 - 0.42 * off * off;
  const grain = (hash(x, y, seed) + hash(x, y, seed + 1) - 1) * 0.018;
  return colour.map((value) => {
    const linear = Math.max(0, value * shading * 1.05);
    const toned = (linear * (1 + linear / 6)) / (1 + linear * 0.4);
    return Math.round(255 * Math.min(1, Math.max(0, toSrgb(toned) + grain)));
  });
}

function toSrgb(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

function rayThrough({ camera, width, height }: Scene, x: number, y: number): Ray {
  const forward = unit(minus(camera.to, camera.from));
  const right = unit({ x: -forward.z, y: 0, z: forward.x });
  const up = cross(right, forward);
  const scale = (2 * Math.tan((camera.degrees * Math.PI) / 360)) / height;
  const across = (x - width / 2) * scale;
  const upward = (height / 2 - y) * scale;
  return {
    origin: camera.from,
    direction: unit({
      x: forward.x + right.x * across + up.x * upward,
      y: forward.y + right.y * across + up.y * upward,
      z: forward.z + right.z * across + up.z * upward,
    }),
  };
}

function radiance(scene: Scene, ray: Ray): Colour {
  const hit = trace(scene, ray);
  if (hit.what === nothing) return studio(ray.direction);
  const point = along(ray, hit.distance);
  const material = materialAt(scene, hit, point);
  const normal = normalAt(surfaceOf(scene, hit), point, material);
  return shade(scene, { ray, point, normal, material });
}

function materialAt(scene: Scene, hit: Hit, point: Vector): Material {
  if (hit.what !== ground) return scene.things[hit.what]?.material ?? scene.table;
  return point.y < 0.75 * (point.z + scene.wallDistance) ? scene.table : scene.wall;
}

function surfaceOf(scene: Scene, hit: Hit): Shape {
  return scene.things[hit.what]?.shape ?? ((_x, y, z) => groundDistance(scene, y, z));
}

function normalAt(shape: Shape, { x, y, z }: Vector, { bump }: Material): Vector {
  const field: Shape = bump === undefined ? shape : (px, py, pz) => shape(px, py, pz) - bump(px, py, pz);
  const e = bump === undefined ? 0.0008 : 0.002;
  return unit({
    x: field(x + e, y, z) - field(x - e, y, z),
    y: field(x, y + e, z) - field(x, y - e, z),
    z: field(x, y, z + e) - field(x, y, z - e),
  });
}

interface Surface {
  readonly ray: Ray;
  readonly point: Vector;
  readonly normal: Vector;
  readonly material: Material;
}

const keyColour: Colour = [2.35, 2.2, 1.98];
const skyColour: Colour = [0.25, 0.28, 0.34];
const bounceColour: Colour = [0.17, 0.14, 0.11];

/** Key light with its shadow, light of the sky and of the table, and a reflection of the studio. */
function shade(scene: Scene, { ray, point, normal, material }: Surface): Colour {
  const light = unit(scene.light);
  const start = {
    x: point.x + normal.x * 0.004,
    y: point.y + normal.y * 0.004,
    z: point.z + normal.z * 0.004,
  };
  const facing = dot(normal, light);
  const lit = facing <= 0 ? 0 : facing * visibility(scene, { origin: start, direction: light });
  const open = openness(scene, point, normal);
  const colour = material.colour(point.x, point.y, point.z);
  const gloss = glossOf(scene, { ray, point, normal, material }, light, lit, open);
  const upward = 0.5 + 0.5 * normal.y;
  return mapColour((channel) => {
    const sky = pick(skyColour, channel) * upward + pick(bounceColour, channel) * (1 - upward);
    const diffuse = material.metal === true ? 0 : pick(keyColour, channel) * lit * 0.62 + sky * open;
    const mirror = pick(gloss, channel) * (material.metal === true ? pick(colour, channel) : 1);
    return pick(colour, channel) * diffuse + mirror;
  });
}

function glossOf(scene: Scene, surface: Surface, light: Vector, lit: number, open: number): Colour {
  const { ray, point, normal, material } = surface;
  const facing = Math.max(0, -dot(ray.direction, normal));
  const base = material.metal === true ? 0.95 : 0.04;
  const fresnel = base + (1 - base) * (1 - facing) ** 5 * (1 - material.roughness);
  const mirrored = reflected(ray.direction, normal);
  const highlight = highlightOf(mirrored, light, material.roughness) * lit;
  const seen = material.metal === true ? seenInMirror(scene, point, mirrored) : studio(mirrored);
  return mapColour((channel) => {
    const blurred = pick(seen, channel) * (1 - material.roughness) + 0.5 * material.roughness;
    return fresnel * blurred * (0.25 + 0.75 * open) + pick(keyColour, channel) * highlight * (0.3 + fresnel);
  });
}

/** Metal shows its neighbours, in their plain colour. */
function seenInMirror(scene: Scene, point: Vector, direction: Vector): Colour {
  const origin = {
    x: point.x + direction.x * 0.03,
    y: point.y + direction.y * 0.03,
    z: point.z + direction.z * 0.03,
  };
  const hit = trace(scene, { origin, direction });
  if (hit.what === nothing) return studio(direction);
  const at = along({ origin, direction }, hit.distance);
  const colour = materialAt(scene, hit, at).colour(at.x, at.y, at.z);
  return mapColour((channel) => pick(colour, channel) * 0.85);
}

function highlightOf(mirrored: Vector, light: Vector, roughness: number): number {
  const sharpness = 2 / (roughness * roughness * roughness + 0.002);
  return Math.max(0, dot(mirrored, light)) ** sharpness * 0.35 * (1.1 - roughness);
}

/** The room around: grey, brighter above, with a large lamp on the left and a window on the right. */
function studio(d: Vector): Colour {
  const above = 0.22 + 0.5 * Math.max(0, d.y);
  const lamp = d.y > 0.25 && Math.abs(d.x + 0.55) < 0.32 && Math.abs(d.z - 0.35) < 0.4 ? 2.2 : 0;
  const window = d.x > 0.55 && d.y > 0.05 && d.y < 0.6 ? 0.55 : 0;
  return [
    above + lamp + window,
    above + lamp * 0.97 + window * 1.05,
    above * 1.06 + lamp * 0.9 + window * 1.15,
  ];
}

function mapColour(channelOf: (channel: number) => number): Colour {
  return [channelOf(0), channelOf(1), channelOf(2)];
}

function pick(colour: Colour, channel: number): number {
  return colour[channel] ?? 0;
}

function along({ origin, direction }: Ray, t: number): Vector {
  return { x: origin.x + direction.x * t, y: origin.y + direction.y * t, z: origin.z + direction.z * t };
}

function reflected(d: Vector, n: Vector): Vector {
  const twice = 2 * dot(d, n);
  return { x: d.x - twice * n.x, y: d.y - twice * n.y, z: d.z - twice * n.z };
}

function minus(a: Vector, b: Vector): Vector {
  return { x: a.x - b.x, y: a.y - b.y, z: a.z - b.z };
}

function dot(a: Vector, b: Vector): number {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

function cross(a: Vector, b: Vector): Vector {
  return { x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x };
}

function unit(v: Vector): Vector {
  const length = hypot(v.x, v.y, v.z) || 1;
  return { x: v.x / length, y: v.y / length, z: v.z / length };
}
