import { IMAGE_LOADERS } from '@calque/engine/node';
import sharp from 'sharp';

/** Width times height of the largest image that is shown whole; larger ones come as tiles. */
export const MAX_WHOLE_PX = 16_000_000;

/** As the engine: what it would refuse is not shown either. */
export const MAX_PIXELS = 16383 * 16383;

/**
 * Only the loaders of the formats that Calque reads, and of drawings in memory, which it lays over pictures itself; files
 * are never read as drawings. Everything else of libvips stays shut.
 */
export function secureSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...IMAGE_LOADERS, 'VipsForeignLoadSvgBuffer'] });
  sharp.cache(false);
}
