import { bytesOfBase64, type WireSensitivity } from '@calque/api';
import type { HeatLayer } from '../canvas-layers.ts';

/** What the canvas draws of a measurement; null where no pixel is unstable. */
export function heatLayerOf({ map, annotationId }: WireSensitivity): HeatLayer | null {
  if (map === null) return null;
  const { frame, columns, rows, shares } = map;
  return { annotationId, frame, columns, rows, shares: bytesOfBase64(shares) };
}
