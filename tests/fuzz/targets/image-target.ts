import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { readImage } from '../../../packages/engine/src/node/image/read-image.ts';
import { lookAtImage } from '../../../packages/server/src/images/look-at-image.ts';
import { MAX_PIXELS, secureSharp } from '../../../packages/server/src/images/picture-settings.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateBytes } from '../mutate-bytes.ts';

/** One of each kind that Calque reads, with what makes them different inside. */
async function seedImages(): Promise<Uint8Array[]> {
  const [width, height] = [24, 17];
  const pixels = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 37 + (i >> 5) * 11) & 255);
  const picture = () => sharp(pixels, { raw: { width, height, channels: 4 } });
  const exif = { IFD0: { Copyright: 'nobody', Software: 'x'.repeat(40) } };
  const made = [
    picture().removeAlpha().withExif(exif).withMetadata({ orientation: 6 }).jpeg(),
    picture().removeAlpha().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
    picture().removeAlpha().toColourspace('cmyk').jpeg(),
    picture().png(),
    picture().toColourspace('rgb16').png(),
    picture().png({ palette: true, progressive: true }),
    picture().webp({ lossless: true }),
    picture().webp({ quality: 60 }),
    picture().tiff({ compression: 'lzw' }),
    picture().tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
    picture().removeAlpha().tiff({ compression: 'jpeg' }),
    picture().avif({ effort: 0, quality: 40 }),
  ];
  return Promise.all(made.map((image) => image.toBuffer()));
}

/** The way of every image: a look at its header, as the server does, then its pixels, as the engine's reader does. */
export const imageTarget: FuzzTarget = {
  name: 'image',
  parts: 14,
  async open(folder) {
    const seeds = await seedImages();
    secureSharp();
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'a.jpg');
    return {
      input: (random) => mutateBytes(seeds, random),
      async parse(input) {
        await writeFile(file, input);
        await lookAtImage(folder, 'a.jpg');
        await readImage({ kind: 'bytes', name: 'a.jpg', bytes: input }, { maxPixels: MAX_PIXELS });
      },
      close: () => rm(file, { force: true }),
    };
  },
};
