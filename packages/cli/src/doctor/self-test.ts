import path from 'node:path';
import { type Bitmap, type BoxXyxyArray, boxToArray, encodeRle, measureMask, rleIou } from '@calque/core';
import type { Engine, EngineInfo } from '@calque/engine';
import sharp from 'sharp';

export interface SelfTest {
  /** IoU of the mask with the known one. */
  readonly iou: number;
  readonly leastIou: number;
  readonly ok: boolean;
  readonly score: number;
  readonly image: { readonly name: string; readonly width: number; readonly height: number };
  readonly box: BoxXyxyArray;
  readonly areaPx: { readonly expected: number; readonly found: number };
  readonly timingsMs: { readonly load: number; readonly encode: number; readonly decode: number };
}

/** Grey level of the apple in the labels of the sample. */
const OBJECT = 5;
/** Every model of the store reaches more; a provider that computes wrongly does not. */
const LEAST_IOU = 0.9;
const BOX_MARGIN_PX = 3;

/** Segments the sample that ships with Calque, in a box around an object whose mask is known exactly. */
export async function selfTest(
  engine: Engine,
  info: EngineInfo,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<SelfTest> {
  const known = await knownMask(path.join(folder, 'self-test.labels.png'));
  const { areaPx, box } = measureMask(known);
  if (box === null) throw new Error('the labels of the self-test do not hold its object');
  const grown = {
    x1: box.x1 - BOX_MARGIN_PX,
    y1: box.y1 - BOX_MARGIN_PX,
    x2: box.x2 + BOX_MARGIN_PX,
    y2: box.y2 + BOX_MARGIN_PX,
  };
  const encoded = await engine.encode({ kind: 'file', path: path.join(folder, 'self-test.jpg') }, { signal });
  const { mask, timingsMs } = await engine.decode(
    encoded,
    { prompt: { box: grown, points: [], mask: null } },
    { signal },
  );
  const iou = rleIou(encodeRle(known), mask.rle);
  return {
    iou,
    leastIou: LEAST_IOU,
    ok: iou >= LEAST_IOU,
    score: mask.score,
    image: { name: 'breakfast.jpg', width: encoded.image.width, height: encoded.image.height },
    box: boxToArray(grown),
    areaPx: { expected: areaPx, found: mask.areaPx },
    timingsMs: { load: info.loadMs, encode: encoded.timingsMs.encode, decode: timingsMs.decode },
  };
}

async function knownMask(file: string): Promise<Bitmap> {
  const { data, info } = await sharp(file).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    data: Uint8Array.from({ length: info.width * info.height }, (_, i) =>
      data[i * info.channels] === OBJECT ? 1 : 0,
    ),
  };
}
