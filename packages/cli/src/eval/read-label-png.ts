import { type LabelMap, type LabelMapObject, MAX_MASK_PX, objectsOfLabelMap } from '@calque/core';
import { sniffFormat } from '@calque/engine/node';
import type { Sharp } from 'sharp';
import { truthUnreadable } from '../errors.ts';
import { loadSharp } from '../segment/load-sharp.ts';
import { readRegularFile } from '../segment/read-regular-file.ts';

/** The objects of a grey PNG of 8 or 16 bits whose pixel values are numbers of objects; 0 is none. */
export async function readLabelPng(file: string, shown: string): Promise<readonly LabelMapObject[]> {
  const bytes = await readRegularFile(file).catch((error: unknown) => {
    throw truthUnreadable(shown, error);
  });
  const sniffed = sniffFormat(bytes);
  if (!sniffed.supported) throw truthUnreadable(shown, new Error(`it is ${sniffed.found}, no image`));
  const sharp = await loadSharp();
  try {
    const picture = sharp(bytes, { limitInputPixels: MAX_MASK_PX });
    const { isPalette, channels, space } = await picture.metadata();
    if (isPalette || channels > 1) {
      throw new Error(
        `it has ${!isPalette ? `${channels} channels (${space})` : 'a palette'}, not grey values`,
      );
    }
    const values = space === 'grey16' ? await readWords(picture) : await readBytes(picture);
    return objectsOfLabelMap(values);
  } catch (error) {
    throw truthUnreadable(shown, error);
  }
}

async function readBytes(picture: Sharp): Promise<LabelMap> {
  // Without this, sharp gives three equal channels for a grey picture.
  const { data, info } = await picture.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

async function readWords(picture: Sharp): Promise<LabelMap> {
  const { data, info } = await picture
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const values = new Uint16Array(info.width * info.height);
  for (let i = 0; i < values.length; i++) values[i] = data.readUInt16LE(2 * info.channels * i);
  return { width: info.width, height: info.height, data: values };
}
