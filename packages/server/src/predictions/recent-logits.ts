import { float16Bytes } from '@calque/api';
import { logitsGone } from '../errors.ts';

/** 64 answers of the published models, of three candidates of 256 x 256 each. */
const MOST_BYTES = 64 * 3 * 256 * 256 * 4;

/** The logits of the latest answers: those that did not travel with the answer can be read once the mask is on the screen. */
export class RecentLogits {
  readonly #byPrediction = new Map<
    string,
    { readonly image: string; readonly logits: readonly Float32Array[] }
  >();
  #bytes = 0;

  /**
   * @param image names it among those of all datasets
   * @param logits by candidate, each row-major in the model's frame; kept as they are
   */
  keep(predictionId: string, image: string, logits: readonly Float32Array[]): void {
    this.#byPrediction.set(predictionId, { image, logits });
    this.#bytes += bytesOf(logits);
    for (const [oldest, { logits: dropped }] of this.#byPrediction) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#byPrediction.delete(oldest);
      this.#bytes -= bytesOf(dropped);
    }
  }

  /** Float16, little-endian, one candidate after the other. Throws `logits-gone`. */
  read(predictionId: string, image: string): Buffer {
    const kept = this.#byPrediction.get(predictionId);
    if (kept === undefined || kept.image !== image) throw logitsGone(predictionId);
    return Buffer.concat(kept.logits.map(float16Bytes));
  }
}

function bytesOf(logits: readonly Float32Array[]): number {
  return logits.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
