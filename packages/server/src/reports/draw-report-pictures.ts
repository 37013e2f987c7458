import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Bitmap, BoxXyxy, Size } from '@calque/core';
import {
  contrastColour,
  type DrawnPicture,
  differenceSvg,
  loadFont,
  overlaySize,
  overlaySvg,
  type PictureRequest,
  pictureKey,
  sheetSvg,
  type TextFont,
} from '@calque/report';
import sharp from 'sharp';
import { resolveImagePath } from '../datasets/open-image-file.ts';
import { MAX_PIXELS } from '../images/picture-settings.ts';
import { type GatheredStudy, stateKey } from './gather-study.ts';
import { bitmapOf } from './masks-of-states.ts';
import type { ReportProgress } from './report-progress.ts';

export interface DrawOptions {
  readonly root: string;
  readonly capturesFolder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReportProgress) => void;
}

/** Longest sides in pixels: twice what a page shows, so that paper is sharp. */
const SIDES = { thumbnail: 560, sheet: 1280, overlay: 900, difference: 900, capture: 1600 } as const;

export interface DrawnReport {
  /** By {@link pictureKey}. */
  readonly pictures: ReadonlyMap<string, DrawnPicture>;
  /** Why some could not be drawn. */
  readonly failures: readonly string[];
}

/**
 * Draws what a report asks for. A picture whose image is missing or cannot be read is left out, and the report says so.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function drawReportPictures(
  requests: readonly PictureRequest[],
  gathered: GatheredStudy,
  options: DrawOptions,
): Promise<DrawnReport> {
  const pictures = new Map<string, DrawnPicture>();
  const failures: string[] = [];
  const desk: Desk = { gathered, options, font: await reportFont() };
  let done = 0;
  for (const request of requests) {
    options.signal.throwIfAborted();
    try {
      const drawn = await draw(request, desk);
      if (drawn !== null) pictures.set(pictureKey(request), drawn);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
    options.onProgress({ stage: 'draw', done: ++done, total: requests.length });
  }
  return { pictures, failures };
}

interface Desk {
  readonly gathered: GatheredStudy;
  readonly options: DrawOptions;
  readonly font: TextFont;
}

function draw(request: PictureRequest, desk: Desk): Promise<DrawnPicture | null> {
  switch (request.kind) {
    case 'thumbnail':
      return thumbnail(request.imageId, desk);
    case 'capture':
      return capture(request.name, desk);
    case 'sheet':
      return sheet(request.imageId, desk);
    case 'overlay':
      return overlay(request, desk);
    case 'difference':
      return difference(request, desk);
  }
}

interface Ground extends Size {
  readonly data: Buffer;
  readonly channels: 3;
  /** Pixels of the picture for one of the image. */
  readonly scale: number;
  readonly original: Size;
}

/** The image as the model sees it, at the size of a picture. */
async function groundOf(imageId: string, side: number, { gathered, options }: Desk): Promise<Ground | null> {
  const image = gathered.study.images.find(({ id }) => id === imageId);
  if (image === undefined || image.size === null || image.problem !== null) return null;
  const shrunk = Math.min(1, side / Math.max(image.size.width, image.size.height));
  const { width, height } = overlaySize({
    width: Math.max(1, Math.round(image.size.width * shrunk)),
    height: Math.max(1, Math.round(image.size.height * shrunk)),
  });
  const path = await resolveImagePath(options.root, image.path);
  const { data } = await sharp(path, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .resize({ width, height, fit: 'fill', kernel: width > image.size.width ? 'nearest' : 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width, height, channels: 3, scale: width / image.size.width, original: image.size };
}

async function composed(ground: Ground, svg: string | null): Promise<DrawnPicture> {
  const { data, width, height, channels } = ground;
  const picture = sharp(data, { raw: { width, height, channels } });
  const drawn = svg === null ? picture : picture.composite([{ input: Buffer.from(svg) }]);
  const bytes = await drawn.removeAlpha().jpeg({ quality: 86, chromaSubsampling: '4:4:4' }).toBuffer();
  return { data: bytes, type: 'image/jpeg', width, height };
}

async function thumbnail(imageId: string, desk: Desk): Promise<DrawnPicture | null> {
  const ground = await groundOf(imageId, SIDES.thumbnail, desk);
  return ground === null ? null : composed(ground, null);
}

async function capture(name: string, { options }: Desk): Promise<DrawnPicture> {
  const { data, info } = await sharp(join(options.capturesFolder, name), { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .flatten({ background: '#fff' })
    .resize({ width: SIDES.capture, height: SIDES.capture, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { data, type: 'image/png', width: info.width, height: info.height };
}

async function sheet(imageId: string, desk: Desk): Promise<DrawnPicture | null> {
  const ground = await groundOf(imageId, SIDES.sheet, desk);
  if (ground === null) return null;
  const ofImage = desk.gathered.study.objects.filter((object) => object.imageId === imageId);
  const objects = ofImage.flatMap(({ id, state, name }, i) => {
    const mask = state === null ? null : sampledMask(id, state.revision, ground, desk);
    if (mask === null || state === null) return [];
    return [{ mask, maskBox: scaledBox(state.mask.box, ground.scale), mark: markOf(name, i) }];
  });
  return composed(ground, sheetSvg({ canvas: ground, objects, font: desk.font }));
}

/** The number at the end of a name, or its first letters: there is little room on a mask. */
function markOf(name: string, index: number): string {
  const number = /(\d+)$/.exec(name)?.[1];
  if (number !== undefined) return number;
  return name === '' ? String(index + 1) : name.slice(0, 14);
}

async function overlay(
  { objectId, revision }: Extract<PictureRequest, { kind: 'overlay' }>,
  desk: Desk,
): Promise<DrawnPicture | null> {
  const object = desk.gathered.study.objects.find(({ id }) => id === objectId);
  const state = statesOfObject(objectId, desk).find((one) => one.revision === revision);
  if (object === undefined || state === undefined) return null;
  const ground = await groundOf(object.imageId, SIDES.overlay, desk);
  const mask = ground === null ? null : sampledMask(objectId, revision, ground, desk);
  if (ground === null || mask === null) return null;
  const { box, points } = state.prompt;
  const svg = overlaySvg({
    image: ground,
    mask,
    maskBox: scaledBox(state.mask.box, ground.scale),
    prompt: {
      box: scaledBox(box, ground.scale),
      points: points.map(({ x, y, label }) => ({ x: x * ground.scale, y: y * ground.scale, label })),
    },
    legend: [],
    font: desk.font,
    maskColour: contrastColour(ground, mask),
  });
  return composed(ground, svg);
}

function statesOfObject(objectId: string, { gathered }: Desk) {
  const { objects, comparisons } = gathered.study;
  return [
    ...objects.flatMap(({ id, state }) => (id === objectId && state !== null ? [state] : [])),
    ...comparisons.flatMap((one) => (one.objectId === objectId ? [one.before, one.after] : [])),
  ];
}

async function difference(
  { objectId, before, after }: Extract<PictureRequest, { kind: 'difference' }>,
  desk: Desk,
): Promise<DrawnPicture | null> {
  const object = desk.gathered.study.objects.find(({ id }) => id === objectId);
  const ground = object === undefined ? null : await groundOf(object.imageId, SIDES.difference, desk);
  if (ground === null) return null;
  const [first, second] = [before, after].map((revision) => sampledMask(objectId, revision, ground, desk));
  if (first == null || second == null) return null;
  return composed(ground, differenceSvg(ground, first, second));
}

/** A mask at the size of the picture: nearest pixels, as good as its outline there. */
function sampledMask(objectId: string, revision: string, { width, height }: Size, desk: Desk): Bitmap | null {
  const source = desk.gathered.masks.get(stateKey(objectId, revision));
  if (source === undefined) return null;
  const whole = bitmapOf(source);
  const data = new Uint8Array(width * height);
  const columns = Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * whole.width) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * whole.height) / height) * whole.width;
    for (let x = 0; x < width; x++) data[y * width + x] = whole.data[row + (columns[x] as number)] as number;
  }
  return { width, height, data };
}

function scaledBox(box: BoxXyxy | null, scale: number): BoxXyxy | null {
  if (box === null) return null;
  return { x1: box.x1 * scale, y1: box.y1 * scale, x2: box.x2 * scale, y2: box.y2 * scale };
}

let font: Promise<TextFont> | null = null;

function reportFont(): Promise<TextFont> {
  font ??= readFile(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')).then(
    loadFont,
  );
  return font;
}
