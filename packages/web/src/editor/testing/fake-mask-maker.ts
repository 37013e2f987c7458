import { maskIdOf } from '@calque/api';
import {
  type Bitmap,
  countsFromString,
  countsToString,
  createBitmap,
  decodeRle,
  encodeRle,
  measureMask,
  postprocess,
  type RecordedRle,
} from '@calque/core';
import type { MaskMaker, MaskMakerOptions, MaskSource, Stroke } from '../../masks/mask-maker.ts';
import { ringsOfMask } from '../../masks/rings-of-mask.ts';
import type { ShownMask } from '../../masks/shown-mask.ts';
import type { FakeClock } from './fake-clock.ts';

/** The worker's work in-process, with core's own operations; outlines follow the pixels. */
export class FakeMaskMaker implements MaskMaker {
  readonly #clock: FakeClock;
  /** How long each mask takes. */
  delayMs = 0;
  /** A worker that answers although nobody waits any more. */
  ignoresSignals = false;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  prepare(): void {
    // It runs in-process: there is nothing to open.
  }

  async show(source: MaskSource, { signal }: MaskMakerOptions): Promise<ShownMask> {
    await this.#delay(signal);
    return shownMaskOf(source);
  }

  async paint(
    { base, size, points, diameterPx, mode }: Stroke,
    { signal }: MaskMakerOptions,
  ): Promise<ShownMask> {
    await this.#delay(signal);
    const bitmap = base === null ? createBitmap(size) : bitmapOf(base);
    const radius = diameterPx / 2;
    for (const { x, y } of points) {
      for (let row = 0; row < size.height; row++) {
        for (let column = 0; column < size.width; column++) {
          if (Math.hypot(column + 0.5 - x, row + 0.5 - y) > radius) continue;
          bitmap.data[row * size.width + column] = mode === 'paint' ? 1 : 0;
        }
      }
    }
    return shownBitmap(bitmap, 'pixels');
  }

  async #delay(signal: AbortSignal): Promise<void> {
    if (this.delayMs > 0) await this.#clock.wait(this.delayMs);
    if (!this.ignoresSignals) signal.throwIfAborted();
  }
}

/** The mask that a source must give. */
export function shownMaskOf(source: MaskSource): ShownMask {
  const smooth = source.kind === 'candidate' && source.logits !== null;
  return shownBitmap(postprocess(bitmapOf(source.rle), source.postprocess), smooth ? 'logits' : 'pixels');
}

function shownBitmap(bitmap: Bitmap, outline: ShownMask['outline']): ShownMask {
  const rle = rleOf(bitmap);
  return { id: maskIdOf(rle), rle, rings: ringsOfMask(rle), outline, measures: measureMask(bitmap) };
}

export function rleOf(bitmap: Bitmap): RecordedRle {
  const rle = encodeRle(bitmap);
  return { size: [rle.size.height, rle.size.width], counts: countsToString(rle) };
}

export function bitmapOf({ size: [height, width], counts }: RecordedRle): Bitmap {
  return decodeRle(countsFromString(counts, { width, height }));
}
