import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drawDisplay, drawThumbnail } from './draw-pictures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-pictures-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('inks without a profile are shown as the model sees them: each takes its share of the light', async () => {
  const path = join(folder, 'inks.jpg');
  const create = { width: 24, height: 16, channels: 3, background: { r: 30, g: 120, b: 180 } } as const;
  await sharp({ create }).toColourspace('cmyk').jpeg({ quality: 100 }).toFile(path);
  const { space, icc } = await sharp(path).metadata();
  expect([space, icc]).toEqual(['cmyk', undefined]);
  const read = await sharp(path).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
  const light = (ink: number): number =>
    Math.round(((255 - (read[ink] ?? 0)) * (255 - (read[3] ?? 0))) / 255);
  await drawDisplay(path, join(folder, 'display.png'), 'png');
  const shown = await sharp(join(folder, 'display.png')).raw().toBuffer({ resolveWithObject: true });
  expect(shown.info).toMatchObject({ width: 24, height: 16, channels: 3 });
  expect([...shown.data.subarray(0, 3)]).toEqual([light(0), light(1), light(2)]);
  await drawThumbnail(path, join(folder, 'thumbnail.webp'), 8);
  const [red = 0, green = 0, blue = 0] = await sharp(join(folder, 'thumbnail.webp')).raw().toBuffer();
  expect([red - light(0), green - light(1), blue - light(2)].every((off) => Math.abs(off) < 4)).toBe(true);
});
