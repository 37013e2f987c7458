import type { WirePrompt } from '@calque/api';
import { type Bitmap, type BoxXyxy, createBitmap } from '@calque/core';

/** Which object a pixel of a sample belongs to; 0 for none. */
export interface LabelMap {
  readonly width: number;
  readonly height: number;
  readonly labels: Uint8Array;
}

export async function loadLabelMap(address: string): Promise<LabelMap> {
  const response = await fetch(address);
  const image = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' });
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error('The browser gives no canvas.');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, labels: Uint8Array.from({ length: width * height }, (_, at) => data[at * 4] ?? 0) };
}

/** What a good model would offer: the object that is meant, it with its neighbourhood, and a part of it. */
export function masksFor(map: LabelMap, prompt: WirePrompt): readonly Bitmap[] {
  const label = labelMeant(map, prompt);
  const whole = bitmapWhere(map, (at) => map.labels[at] === label && label !== 0);
  const box = prompt.box ?? boxAround(whole);
  const part = bitmapWhere(
    map,
    (at, x, y) => whole.data[at] === 1 && x + y < (box.x1 + box.x2 + box.y1 + box.y2) / 2,
  );
  const more = bitmapWhere(map, (at, x, y) => (map.labels[at] ?? 0) !== 0 && isNear(box, x, y));
  return [part, whole, more];
}

function isNear({ x1, y1, x2, y2 }: BoxXyxy, x: number, y: number): boolean {
  return x >= x1 - 24 && x < x2 + 24 && y >= y1 - 24 && y < y2 + 24;
}

function labelMeant({ width, labels }: LabelMap, { box, points }: WirePrompt): number {
  const excluded = new Set<number>();
  for (const { x, y, label } of points) {
    const at = labels[Math.floor(y) * width + Math.floor(x)] ?? 0;
    if (label === 'foreground') return at;
    excluded.add(at);
  }
  const counts = new Map<number, number>();
  if (box === null) return 0;
  for (let y = Math.floor(box.y1); y < box.y2; y++) {
    for (let x = Math.floor(box.x1); x < box.x2; x++) {
      const label = labels[y * width + x] ?? 0;
      if (label !== 0 && !excluded.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

function bitmapWhere(map: LabelMap, isSet: (at: number, x: number, y: number) => boolean): Bitmap {
  const bitmap = createBitmap(map);
  for (let at = 0; at < bitmap.data.length; at++) {
    if (isSet(at, at % map.width, Math.floor(at / map.width))) bitmap.data[at] = 1;
  }
  return bitmap;
}

function boxAround({ width, height, data }: Bitmap): BoxXyxy {
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  data.forEach((value, at) => {
    if (value !== 1) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
  });
  return { x1, y1, x2, y2 };
}
