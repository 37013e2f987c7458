import type { Shape, Vector } from './shapes.ts';

export interface Scene {
  /** File name without extension. */
  readonly name: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly camera: Camera;
  /** Direction towards the key light; its length does not matter. */
  readonly light: Vector;
  /** Tangent of the light's half angle: larger is softer. */
  readonly softness: number;
  readonly table: Material;
  readonly wall: Material;
  /** Distance of the wall behind the origin; it meets the table in a curve. */
  readonly wallDistance: number;
  /** Instance ids are 1, 2, … in this order. */
  readonly things: readonly Thing[];
}

export interface Camera {
  readonly from: Vector;
  readonly to: Vector;
  /** Vertical field of view. */
  readonly degrees: number;
}

export interface Thing {
  readonly name: string;
  readonly shape: Shape;
  /** A sphere that holds the whole shape. */
  readonly bounds: { readonly centre: Vector; readonly radius: number };
  readonly material: Material;
}

/** Linear light, each in 0 … 1. */
export type Colour = readonly [red: number, green: number, blue: number];

export interface Material {
  /** Colour at a point, in the space of the scene. */
  readonly colour: (x: number, y: number, z: number) => Colour;
  /** 0 is a mirror, 1 is chalk. */
  readonly roughness: number;
  readonly metal?: boolean;
  /** Height of small unevenness, in units of length, at a point. */
  readonly bump?: (x: number, y: number, z: number) => number;
}
