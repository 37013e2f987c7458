import { fitImage, resizeRgb } from '@calque/models';
import sharp from 'sharp';
import type { ReadImage } from '../../service/backend.ts';
import { brightnessOf } from '../image/brightness.ts';
import { IMAGE_LOADERS } from '../image/image-loaders.ts';
import { readImage } from '../image/read-image.ts';
import type { ReadArgs } from '../protocol.ts';
import type { Handlers } from './serve-calls.ts';

/** The role that meets untrusted files: it loads no model and holds nothing. */
export function createReader(): Handlers<'reader'> {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...IMAGE_LOADERS] });
  sharp.cache(false);
  // While the models load, this process is idle: the first image should meet compiled code.
  setImmediate(() =>
    resizeRgb(new Uint8Array(900 * 600 * 3), { width: 900, height: 600 }, { width: 600, height: 400 }),
  );
  return { read };
}

async function read({ source, input, maxPixels }: ReadArgs): Promise<ReadImage> {
  const started = performance.now();
  const { facts, pixels } = await readImage(source, { maxPixels });
  const decoded = performance.now();
  const resized = resizeRgb(pixels, facts, fitImage(facts, input).scaled);
  return {
    facts: { ...facts, brightness: brightnessOf(resized) },
    pixels: resized,
    readMs: decoded - started,
    preprocessMs: performance.now() - decoded,
  };
}
