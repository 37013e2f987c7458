import type { Scene } from './scene.ts';

/** One entry of samples/samples.json: a picture and the objects in it, exactly. */
export interface SampleImage {
  readonly name: string;
  readonly description: string;
  readonly image: string;
  readonly labels: string;
  readonly width: number;
  readonly height: number;
  readonly licence: string;
  readonly origin: string;
  readonly objects: readonly SampleObject[];
}

export interface SampleObject {
  /** Value in the label map. */
  readonly id: number;
  readonly name: string;
  readonly areaPx: number;
  /** x1, y1, x2, y2 of the visible part, half-open. */
  readonly box: readonly [number, number, number, number];
  readonly prompt: {
    /** The box as a person draws it: a few pixels outside. */
    readonly box: readonly [number, number, number, number];
    /** Centre of the pixel that lies deepest in the visible part. */
    readonly click: { readonly x: number; readonly y: number };
  };
}

const marginPx = 3;

export function describeLabels(scene: Scene, labels: Uint8Array): SampleImage {
  const { name, description, width, height } = scene;
  return {
    name,
    description,
    image: `${name}.jpg`,
    labels: `${name}.labels.png`,
    width,
    height,
    licence: 'Apache-2.0',
    origin: 'rendered by scripts/render-samples.ts',
    objects: scene.things.map((thing, index) => describeObject(thing.name, index + 1, labels, scene)),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function describeObject(name: string, id: number, labels: Uint8Array, { width, height }: Size): SampleObject {
  const box: [number, number, number, number] = [width, height, 0, 0];
  let areaPx = 0;
  labels.forEach((label, index) => {
    if (label !== id) return;
    areaPx++;
    growInto(box, index % width, Math.floor(index / width));
  });
  if (areaPx === 0) throw new Error(`${name} is not visible`);
  const [x1, y1, x2, y2] = box;
  const drawn = [x1 - marginPx, y1 - marginPx, x2 + marginPx, y2 + marginPx] as const;
  const [dx1, dy1, dx2, dy2] = drawn;
  const inside = [Math.max(0, dx1), Math.max(0, dy1), Math.min(width, dx2), Math.min(height, dy2)] as const;
  return {
    id,
    name,
    areaPx,
    box,
    prompt: { box: inside, click: deepestPixel(labels, id, { width, height }) },
  };
}

function growInto(box: [number, number, number, number], x: number, y: number): void {
  box[0] = Math.min(box[0], x);
  box[1] = Math.min(box[1], y);
  box[2] = Math.max(box[2], x + 1);
  box[3] = Math.max(box[3], y + 1);
}

/** Two passes give every pixel of the object its distance to the outside, diagonal steps counted as one. */
function deepestPixel(labels: Uint8Array, id: number, { width, height }: Size): { x: number; y: number } {
  const depth = new Uint16Array((width + 2) * (height + 2));
  const row = width + 2;
  const relax = (x: number, y: number, sign: number): void => {
    if (labels[y * width + x] !== id) return;
    const at = (y + 1) * row + x + 1;
    const before = [at - sign, at - sign * row, at - sign * (row + 1), at - sign * (row - 1)];
    const smallest = Math.min(...before.map((index) => depth[index] ?? 0));
    depth[at] = sign > 0 ? smallest + 1 : Math.min(depth[at] ?? 0, smallest + 1);
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) relax(x, y, 1);
  for (let y = height - 1; y >= 0; y--) for (let x = width - 1; x >= 0; x--) relax(x, y, -1);
  const deepest = depth.reduce((best, value, index) => (value > (depth[best] ?? 0) ? index : best), 0);
  return { x: (deepest % row) - 0.5, y: Math.floor(deepest / row) - 0.5 };
}
