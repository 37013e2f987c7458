import {
  countsFromString,
  countsToString,
  createBitmap,
  decodeRle,
  type ExchangeImage,
  encodeRle,
  MAX_MASK_PX,
  parseRecord,
  rleArea,
  writeCoco,
  writeGeoJson,
  writeLabelMe,
} from '@calque/core';
import { parseManifest } from '@calque/models';
import { lineInvalid } from '../../../packages/cli/src/errors.ts';
import { parsePromptLine } from '../../../packages/cli/src/segment/prompt-line.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateJson } from '../mutate-json.ts';

/** Of the images that the files speak of. */
export const SIZE = { width: 24, height: 17 };

const DISC = discAt(9, 7, 5);
const RING = discAt(15, 9, 6, 3);

function discAt(x: number, y: number, radius: number, hole = 0) {
  const bitmap = createBitmap(SIZE);
  bitmap.data.forEach((_, i) => {
    const distance = Math.hypot((i % SIZE.width) + 0.5 - x, Math.floor(i / SIZE.width) + 0.5 - y);
    bitmap.data[i] = distance < radius && distance >= hole ? 1 : 0;
  });
  return encodeRle(bitmap);
}

export const IMAGES: readonly ExchangeImage[] = [
  {
    path: 'a.jpg',
    size: SIZE,
    objects: [
      { name: 'disc', label: 'cat', mask: DISC, score: 0.93 },
      { name: '', label: null, mask: RING, score: null },
    ],
  },
];
const EXCHANGE = { labels: ['cat', 'dog'], images: IMAGES };
const [IMAGE] = IMAGES as [ExchangeImage];

const hash = (digit: string): string => digit.repeat(64);

export const RECORD = {
  schemaVersion: 1,
  id: 'kiln-7',
  image: { path: 'a.jpg', sha256: hash('a'), pixelSha256: hash('b'), ...SIZE, orientation: 6 },
  model: { id: 'sam2-hiera-tiny', files: [{ name: 'encoder.ort', sha256: hash('1') }], provider: 'cpu' },
  prompt: {
    box: [1.5, 0.5, 16, 13],
    points: [{ x: 3.5, y: 1.5, label: 'foreground' }],
    maskInput: { path: 'b.png', sha256: hash('c'), rle: { size: [17, 24], counts: countsToString(RING) } },
  },
  candidates: [
    { index: 0, score: 1.013, stability: 0.97, areaPx: 7, box: [2, 1, 7, 4] },
    { index: 1, score: -0.25, stability: 0, areaPx: 0, box: null },
  ],
  chosen: 0,
  postprocess: { fillHolesPx: 30, smoothRadiusPx: 2 },
  mask: {
    rle: { size: [17, 24], counts: countsToString(DISC) },
    areaPx: rleArea(DISC),
    perimeterPx: 26,
    box: [4, 2, 14, 12],
    components: 1,
    holes: 0,
    score: 1.013,
    stability: 0.97,
  },
  timingsMs: { queue: 0.25, read: 11, encode: 2210, decode: 44, total: 2293.25, cache: 'miss' },
  software: { name: 'calque', version: '0.1.0' },
  createdAt: '2026-11-23T08:30:00.000Z',
};

const MANIFEST = {
  id: 'tiny',
  family: 'sam2',
  variant: 'hiera-t',
  description: 'a model',
  licence: { spdx: 'Apache-2.0', origin: 'here' },
  encoder: { name: 'e.onnx', sizeBytes: 12, sha256: hash('a') },
  decoder: { name: 'd.onnx', sizeBytes: 13, sha256: hash('b') },
  input: {
    size: { width: 1024, height: 1024 },
    fit: 'squash',
    scale: 1,
    mean: [0.1, 0.2, 0.3],
    std: [1, 2, 3],
    channelOrder: 'rgb',
    logits: { width: 256, height: 256 },
  },
  sources: [{ kind: 'npm', package: 'a-package', version: '1.0.0', files: { encoder: 'e', decoder: 'd' } }],
};

export const COCO_SEEDS = (['rle', 'counts', 'polygons'] as const).map((segmentation) =>
  writeCoco(EXCHANGE, { segmentation }),
);
export const LABEL_ME_SEEDS = [writeLabelMe(IMAGE, 'a.jpg')];
export const GEO_JSON_SEEDS = [writeGeoJson(IMAGE)];

/** A parser of one value of JSON. */
function jsonTarget(
  name: string,
  parts: number,
  seeds: readonly unknown[],
  parse: (value: unknown, text: string) => void,
): FuzzTarget {
  return {
    name,
    parts,
    open: async () => ({
      input: (random) => Buffer.from(mutateJson(seeds, random)),
      parse: async (input) => {
        const text = Buffer.from(input).toString('utf8');
        parse(parsed(text), text);
      },
    }),
  };
}

/** As every reader of files does: what is no JSON is refused with a place. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw lineInvalid((error as Error).message, 'JSON');
  }
}

export const documentTargets: readonly FuzzTarget[] = [
  jsonTarget('record', 12, [RECORD], (value) => void parseRecord(value)),
  jsonTarget('model-manifest', 3, [MANIFEST], (value) => void parseManifest(value)),
  jsonTarget(
    'prompt-line',
    4,
    [
      { image: 'a.jpg', box: [1, 2, 3, 4], points: [{ x: 1.5, y: 2.5, label: 'background' }], id: 7 },
      { image: 'b.png', points: [{ x: 0, y: 0, label: 'foreground' }] },
    ],
    (_value, text) => void parsePromptLine(text),
  ),
  jsonTarget(
    'run-lengths',
    5,
    [DISC, RING].map((rle) => ({ size: [17, 24], counts: countsToString(rle) })),
    (value) => {
      const { counts, size } = (value ?? {}) as { counts?: unknown; size?: unknown };
      const [height, width] = Array.isArray(size) ? (size as unknown[]) : [];
      const isSide = (side: unknown): side is number => Number.isInteger(side) && (side as number) > 0;
      // What the callers have seen to before: a text, and a size that a mask can have.
      if (typeof counts !== 'string' || !isSide(width) || !isSide(height))
        throw lineInvalid('no mask', 'a mask');
      if (width * height > Math.min(MAX_MASK_PX, 4_000_000)) throw lineInvalid('large', 'a small mask');
      decodeRle(countsFromString(counts, { width, height }));
    },
  ),
];
