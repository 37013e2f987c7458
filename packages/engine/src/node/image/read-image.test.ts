import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type CreateRaw, type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedAs } from '../testing/stored-as.ts';
import { readImage } from './read-image.ts';

const options = { maxPixels: 10_000 };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-read-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const read = (path: string) => readImage({ kind: 'file', path }, options);

/** Four pixels: red, green above blue, yellow. */
const four = (): Sharp =>
  sharp(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0), {
    raw: { width: 2, height: 2, channels: 3 },
  });

describe('what an image file shows', () => {
  test('is read as RGB, row by row', async () => {
    const { facts, pixels } = await read(await file('four.png', await four().png().toBuffer()));
    expect([...pixels]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0]);
    expect(facts).toMatchObject({ width: 2, height: 2, orientation: 1, format: 'png' });
  });

  test('is turned as EXIF says, and the size with it', async () => {
    const wide = sharp({ create: { width: 9, height: 4, channels: 3, background: '#336699' } });
    const { facts } = await read(
      await file('turned.jpg', await wide.withMetadata({ orientation: 6 }).jpeg().toBuffer()),
    );
    expect(facts).toMatchObject({ width: 4, height: 9, orientation: 6 });
  });

  test('is the same in each of the eight orientations', async () => {
    const upright = {
      width: 7,
      height: 4,
      pixels: Uint8Array.from({ length: 84 }, (_, i) => (i * i * 37) % 251),
    };
    const seen = new Set<string>();
    for (let orientation = 1; orientation <= 8; orientation++) {
      const { width, height, pixels } = storedAs(upright, orientation);
      const raw = sharp(pixels, { raw: { width, height, channels: 3 } }).withMetadata({ orientation });
      for (const format of ['png', 'tiff'] as const) {
        const lossless = format === 'tiff' ? { compression: 'none' } : {};
        const bytes = await raw.clone().toFormat(format, lossless).toBuffer();
        const found = await read(await file(`${orientation}.${format}`, bytes));
        expect(found.facts).toMatchObject({ width: 7, height: 4, orientation });
        expect([...found.pixels]).toEqual([...upright.pixels]);
        seen.add(found.facts.pixelSha256);
      }
    }
    expect(seen.size).toBe(1);
  });

  test('has the same pixel hash in whatever lossless file it lies, and another one in another shape', async () => {
    const png = await read(await file('same.png', await four().png().toBuffer()));
    const webp = await read(await file('same.webp', await four().webp({ lossless: true }).toBuffer()));
    const { data } = await four().raw().toBuffer({ resolveWithObject: true });
    const strip = sharp(data, { raw: { width: 4, height: 1, channels: 3 } });
    const other = await read(await file('strip.png', await strip.png().toBuffer()));
    expect(webp.facts.pixelSha256).toBe(png.facts.pixelSha256);
    expect(webp.facts.sha256).not.toBe(png.facts.sha256);
    expect(other.facts.pixelSha256).not.toBe(png.facts.pixelSha256);
  });

  test('lies on white where it is transparent', async () => {
    const pixels = Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255, 0, 10, 71, 100);
    const image = sharp(pixels, { raw: { width: 3, height: 1, channels: 4 } });
    const found = await read(await file('alpha.png', await image.png().toBuffer()));
    expect([...found.pixels.subarray(0, 6)]).toEqual([255, 255, 255, 10, 20, 30]);
    // 155, 158.92 and 182.84: to the nearest level.
    expect([...found.pixels.subarray(6)]).toEqual([155, 159, 183]);
  });

  test('of four inks without a profile is light minus ink', async () => {
    const inks = Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0, 10, 200, 90, 40, 0, 0, 0, 255);
    const tiff = tiffOfInks(inks);
    expect(await sharp(tiff).metadata()).toMatchObject({ space: 'cmyk', channels: 4 });
    const { pixels } = await read(await file('inks.tiff', tiff));
    expect([...pixels]).toEqual([255, 255, 255, 0, 255, 255, 207, 46, 139, 0, 0, 0]);
  });

  test('is scaled from 16 bits to 8, not cut off', async () => {
    const values = Uint16Array.of(0, 256 * 100, 65_535, 32_768);
    const raw = { width: 4, height: 1, channels: 1, depth: 'ushort' } as CreateRaw;
    for (const format of ['png', 'tiff'] as const) {
      const lossless = format === 'tiff' ? { compression: 'none' } : {};
      const image = sharp(values, { raw }).toColourspace('grey16').toFormat(format, lossless);
      const { pixels } = await read(await file(`grey.${format}`, await image.toBuffer()));
      expect([...pixels].filter((_, i) => i % 3 === 0)).toEqual([0, 100, 255, 128]);
    }
  });
});

/** One row of CMYK pixels, uncompressed, without a profile. Source: TIFF 6.0, sections 2 and 16. */
function tiffOfInks(inks: Uint8Array): Buffer {
  const fields = [
    [256, 4, 1, inks.length / 4],
    [257, 4, 1, 1],
    [258, 3, 4, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 5],
    [273, 4, 1, 16],
    [277, 3, 1, 4],
    [278, 4, 1, 1],
    [279, 4, 1, inks.length],
  ] as const;
  const directory = 16 + inks.length;
  const file = Buffer.alloc(directory + 2 + fields.length * 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directory, 4);
  for (let i = 0; i < 4; i++) file.writeUInt16LE(8, 8 + 2 * i);
  file.set(inks, 16);
  file.writeUInt16LE(fields.length, directory);
  fields.forEach(([tag, type, count, value], i) => {
    const at = directory + 2 + i * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  return file;
}

describe('a file that is no image is refused in one line', () => {
  const refused = async (path: string, code: string, words: RegExp): Promise<void> => {
    const error = await read(path).then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).not.toMatch(/\n/);
  };

  test('missing', async () => refused(join(folder, 'none.jpg'), 'image-missing', /does not exist/));
  test('inside a file', async () =>
    refused(join(await file('f', 'x'), 'g.jpg'), 'image-missing', /does not exist/));
  test('a folder', async () => {
    await mkdir(join(folder, 'sub'));
    await refused(join(folder, 'sub'), 'image-is-folder', /is a folder/);
  });
  test('empty', async () => refused(await file('empty.jpg', ''), 'image-empty', /0 bytes/));
  test('text by another name', async () =>
    refused(await file('text.jpg', 'not a picture\n'), 'image-format-unsupported', /text file/));
  test('an SVG drawing', async () =>
    refused(
      await file('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image-format-unsupported',
      /SVG/,
    ));
  test('an SVG drawing by another name', async () =>
    refused(await file('svg.png', '<?xml version="1.0"?><svg/>'), 'image-format-unsupported', /SVG/));
  test('a GIF', async () =>
    refused(await file('a.gif', 'GIF89a\x01\x00'), 'image-format-unsupported', /GIF/));
  test('a HEIC photograph', async () =>
    refused(await file('a.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'image-format-unsupported', /HEIC/));
  test('cut short', async () => {
    const noise = Uint8Array.from({ length: 80 * 60 * 3 }, (_, i) => (i * i * 31) % 251);
    const jpeg = await sharp(noise, { raw: { width: 80, height: 60, channels: 3 } })
      .jpeg()
      .toBuffer();
    await refused(await file('cut.jpg', jpeg.subarray(0, jpeg.length / 2)), 'image-corrupt', /cut short/);
  });
  test('nothing but a header', async () =>
    refused(await file('head.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')), 'image-corrupt', /damaged/));
  test('more pixels than allowed, told before any is decoded', async () => {
    const bomb = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(100_000);
    await refused(await file('bomb.png', bomb), 'image-too-large', /5000 x 5000/);
  });
  test('a pipe, which would block for ever', async () => {
    const path = join(folder, 'pipe.jpg');
    execFileSync('mkfifo', [path]);
    await refused(path, 'image-unreadable', /not a regular file/);
  });
  test('what the system refuses to open', async () => {
    // A loop of links fails for everybody; missing permission would not stop the superuser.
    const path = join(folder, 'loop.jpg');
    await symlink(path, path);
    await refused(path, 'image-unreadable', /ELOOP/);
  });
});
