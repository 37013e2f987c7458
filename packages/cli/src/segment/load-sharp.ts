import { IMAGE_LOADERS } from '@calque/engine/node';
import type sharpModule from 'sharp';

/** Of the formats that Calque reads, and of the drawing that it lays over a picture itself. */
const LOADERS = [...IMAGE_LOADERS, 'VipsForeignLoadSvg'];

let loaded: Promise<typeof sharpModule> | null = null;

/**
 * sharp with every other loader switched off. Files must be told by {@link sniffFormat} first, which lets no drawing
 * through.
 */
export function loadSharp(): Promise<typeof sharpModule> {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    return sharp;
  });
  return loaded;
}
