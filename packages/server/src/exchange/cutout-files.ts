import {
  type BoxXyxy,
  decodeRle,
  type ExchangeImage,
  type ExchangeObject,
  encodeRle,
  type FormatFault,
  formatInvalid,
  type Rle,
  rleBox,
} from '@calque/core';
import sharp from 'sharp';
import { labelPictureInvalid } from '../errors.ts';
import { MAX_PIXELS } from '../images/picture-settings.ts';
import { faultOfDeclared } from './declared-size.ts';
import { type ReadFormat, stemsOf, type WriteFormat } from './format-files.ts';
import { parseJson } from './parse-json.ts';

/** A picture, and where it was cut out. */
interface CutOut {
  readonly file: string;
  readonly image: string;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly label: string | null;
  readonly score: number | null;
}

/**
 * Each object as a PNG of its box, transparent outside the mask: alpha is 255 on it and 0 elsewhere, colours are those of the
 * oriented image and black where it is transparent. `cutouts.json` says where each was.
 */
export const writeCutoutFiles: WriteFormat = async function* ({ images }, { pathOf, note }) {
  const stems = stemsOf(images.map(({ path }) => path));
  const cutouts: CutOut[] = [];
  for (const { path, size, objects } of images) {
    const pixels = await pixelsOf(await pathOf(path));
    for (const [index, { mask, name, label, score }] of objects.entries()) {
      const box = rleBox(mask);
      if (box === null) {
        note(`${path}: object ${index + 1} has no pixels to cut out`);
        continue;
      }
      const file = `${stems.get(path)}/${index + 1}.png`;
      yield { path: file, content: await cutOut(pixels, mask, box) };
      cutouts.push({ file, image: path, ...size, x: box.x1, y: box.y1, name, label, score });
    }
  }
  yield { path: 'cutouts.json', content: JSON.stringify({ cutouts }, null, 2) };
};

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
}

async function pixelsOf(file: string): Promise<Pixels> {
  const { data, info } = await sharp(file, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width };
}

async function cutOut({ data, width }: Pixels, mask: Rle, { x1, y1, x2, y2 }: BoxXyxy): Promise<Buffer> {
  const bitmap = decodeRle(mask);
  const channels = data.length / (bitmap.width * bitmap.height);
  const size = { width: x2 - x1, height: y2 - y1 };
  const cut = Buffer.alloc(4 * size.width * size.height);
  for (let y = y1; y < y2; y++) {
    for (let x = x1; x < x2; x++) {
      if (bitmap.data[y * bitmap.width + x] === 0) continue;
      const from = (y * width + x) * channels;
      const to = 4 * ((y - y1) * size.width + x - x1);
      for (let channel = 0; channel < 3; channel++)
        cut[to + channel] = data[from + (channels < 3 ? 0 : channel)] as number;
      cut[to + 3] = 255;
    }
  }
  return sharp(cut, { raw: { ...size, channels: 4 } })
    .png()
    .toBuffer();
}

export const readCutoutFiles: ReadFormat = async ({ paths, read }, finder) => {
  if (!paths.includes('cutouts.json')) {
    throw formatInvalid(
      'cut-outs',
      'the folder',
      'no cutouts.json',
      'the file that says where each was cut out',
    );
  }
  const { cutouts } = (parseJson(await read('cutouts.json'), 'cutouts.json', 'cut-outs') ?? {}) as {
    cutouts?: unknown;
  };
  if (!Array.isArray(cutouts)) throw formatInvalid('cut-outs', 'cutouts.json', 'no `cutouts`', 'a list');
  const images = new Map<string, ExchangeImage & { readonly objects: ExchangeObject[] }>();
  const faults: FormatFault[] = [];
  for (const [index, cutout] of (cutouts as Partial<CutOut>[]).entries()) {
    const place = `cutouts.json: $.cutouts[${index}]`;
    if (!isCutOut(cutout)) {
      faults.push({
        place,
        problem: 'a field is missing or of another type',
        expected: 'file, image, width, height, x, y',
      });
      continue;
    }
    const fault = await faultOfDeclared(finder, [cutout.image], cutout);
    if (fault !== null) faults.push(fault);
    else if (paths.includes(cutout.file)) {
      const mask = await maskOf(await read(cutout.file), cutout);
      const size = { width: cutout.width, height: cutout.height };
      const image = images.get(cutout.image) ?? { path: cutout.image, size, objects: [] };
      image.objects.push({
        name: typeof cutout.name === 'string' ? cutout.name : '',
        label: typeof cutout.label === 'string' ? cutout.label : null,
        score: Number.isFinite(cutout.score) ? (cutout.score as number) : null,
        mask,
      });
      images.set(cutout.image, image);
    } else {
      faults.push({ place, problem: `${cutout.file} is missing`, expected: 'every file that is listed' });
    }
  }
  return { labels: [], images: [...images.values()], faults };
};

function isCutOut(value: Partial<CutOut> | null): value is CutOut {
  const { file, image, width, height, x, y } = value ?? {};
  const isCount = (number: unknown, least: number): boolean =>
    Number.isInteger(number) && (number as number) >= least;
  return (
    typeof file === 'string' &&
    typeof image === 'string' &&
    isCount(width, 1) &&
    isCount(height, 1) &&
    isCount(x, 0) &&
    isCount(y, 0) &&
    (width as number) * (height as number) <= MAX_PIXELS
  );
}

async function maskOf(png: Buffer, { width, height, x, y, file }: CutOut): Promise<Rle> {
  // A picture that lies within the image has no more pixels than it.
  const { data, info } = await sharp(png, { limitInputPixels: width * height })
    .ensureAlpha()
    .extractChannel('alpha')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw labelPictureInvalid(file, error instanceof Error ? error.message : String(error));
    });
  if (x + info.width > width || y + info.height > height) {
    throw formatInvalid(
      'cut-outs',
      file,
      `a picture that reaches beyond ${width} x ${height} pixels`,
      'one that lies within the image',
    );
  }
  const mask = new Uint8Array(width * height);
  for (let row = 0; row < info.height; row++) {
    for (let column = 0; column < info.width; column++) {
      if ((data[row * info.width + column] as number) >= 128) mask[(row + y) * width + column + x] = 1;
    }
  }
  return encodeRle({ width, height, data: mask });
}
