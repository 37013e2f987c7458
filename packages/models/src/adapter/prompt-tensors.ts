import type { ModelPoint, Size } from '@calque/core';
import type { ModelPrompt } from './family-adapter.ts';
import type { Tensor } from './tensor.ts';

/** The label that each kind of sparse prompt carries in every SAM family. Source: `modeling/prompt_encoder.py`. */
const LABEL = { padding: -1, background: 0, foreground: 1, topLeft: 2, bottomRight: 3 } as const;

interface LabelledPoint {
  readonly point: ModelPoint;
  readonly label: number;
}

export function boxCorners({ box }: ModelPrompt): LabelledPoint[] {
  return box === null
    ? []
    : [
        { point: box[0], label: LABEL.topLeft },
        { point: box[1], label: LABEL.bottomRight },
      ];
}

export function clicks({ points }: ModelPrompt): LabelledPoint[] {
  return points.map((point) => ({ point, label: LABEL[point.label] }));
}

export const PADDING_POINT: LabelledPoint = { point: { x: 0, y: 0 }, label: LABEL.padding };

/** @returns coordinates of shape [1, N, 2] (x, y in model pixels) and labels of shape [1, N]. */
export function pointTensors(points: readonly LabelledPoint[]): { coords: Tensor; labels: Tensor } {
  return {
    coords: {
      dims: [1, points.length, 2],
      data: Float32Array.from(points.flatMap(({ point }) => [point.x, point.y])),
    },
    labels: { dims: [1, points.length], data: Float32Array.from(points, ({ label }) => label) },
  };
}

/** @returns the mask input of shape [1, 1, height, width] and the flag of shape [1] that says whether it counts. */
export function maskTensors({ maskLogits }: ModelPrompt, grid: Size): { mask: Tensor; hasMask: Tensor } {
  const data = maskLogits ?? new Float32Array(grid.width * grid.height);
  return {
    mask: { dims: [1, 1, grid.height, grid.width], data },
    hasMask: { dims: [1], data: Float32Array.of(maskLogits === null ? 0 : 1) },
  };
}
