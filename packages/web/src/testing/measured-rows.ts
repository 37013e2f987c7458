import type { WireMeasuredRow } from '@calque/api';

const objects = ['mug', 'plate', 'orange', 'apple', 'fork'] as const;
const reviews = ['unreviewed', 'accepted', 'rejected', 'accepted'] as const;

/** Rows of a table that was never worked for, the same on every run: for the page without a server. */
export function measuredRow(index: number): WireMeasuredRow {
  const at = (factor: number, most: number) => (index * factor) % most;
  const x1 = 20 + at(37, 400);
  const y1 = 15 + at(53, 300);
  const [width, height] = [40 + at(71, 260), 30 + at(29, 180)];
  const areaPx = Math.round(width * height * (0.4 + at(13, 50) / 100));
  const imageNumber = 1 + Math.floor(index / objects.length);
  return {
    imageId: `image-${String(1 + (imageNumber % 240)).padStart(3, '0')}`,
    annotationId: `object-${index}`,
    image: `shelf/photo-${String(imageNumber).padStart(5, '0')}.jpg`,
    size: { width: 960, height: 640 },
    object: objects[index % objects.length] as string,
    label: index % 3 === 0 ? 'Tableware' : null,
    model: 'sam2-hiera-tiny',
    promptBox: index % 4 === 3 ? null : { x1, y1, x2: x1 + width, y2: y1 + height },
    points: index % 4 === 3 ? [{ x: x1 + 9.5, y: y1 + 7.5, label: 'foreground' }] : [],
    score: 0.5 + at(17, 500) / 1000,
    stability: 0.8 + at(19, 200) / 1000,
    areaPx,
    perimeterPx: Math.round(20 * (width + height) * 0.9) / 10,
    maskBox: { x1: x1 + 1, y1: y1 + 2, x2: x1 + width - 1, y2: y1 + height - 3 },
    areaErrorPx: null,
    perimeterErrorPx: null,
    review: reviews[index % reviews.length] as WireMeasuredRow['review'],
    encodeMs: index % objects.length === 0 ? 2100 + at(31, 700) : 0,
    decodeMs: 38 + at(7, 20),
    totalMs: 60 + at(11, 40),
  };
}
