import type { BoxXyxy, Size } from '@calque/core';

const ROOM = 1.2;

/**
 * The part of the image that holds all boxes with some room around, of this aspect (width over height); the whole image
 * where there is no box. It can reach beyond the image. Image space.
 */
export function frameAround(boxes: readonly (BoxXyxy | null)[], size: Size, aspect: number): BoxXyxy {
  const there = boxes.filter((box) => box !== null);
  const whole = { x1: 0, y1: 0, x2: size.width, y2: size.height };
  const { x1, y1, x2, y2 } = there.length === 0 ? whole : union(there);
  const room = there.length === 0 ? 1 : ROOM;
  const width = Math.max(x2 - x1, (y2 - y1) * aspect) * room;
  const height = width / aspect;
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 };
}

function union(boxes: readonly BoxXyxy[]): BoxXyxy {
  return boxes.reduce((a, b) => ({
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
    x2: Math.max(a.x2, b.x2),
    y2: Math.max(a.y2, b.y2),
  }));
}
