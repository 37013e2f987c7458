import { float16Bytes } from '@calque/api';
import { logitsGone } from '../errors.ts';

/** About 50 MB for the published models: three candidates of 256 x 256 an answer. */
const MOST_ANSWERS = 64;

/** The logits of the latest answers: those that did not travel with the answer can be read once the mask is on the screen. */
export class RecentLogits {
  readonly #byPrediction = new Map<
    string,
    { readonly imageId: string; readonly logits: readonly Float32Array[] }
  >();

  /** @param logits by candidate, each row-major in the model's frame; kept as they are */
  keep(predictionId: string, imageId: string, logits: readonly Float32Array[]): void {
    this.#byPrediction.set(predictionId, { imageId, logits });
    const oldest = this.#byPrediction.keys().next();
    if (this.#byPrediction.size > MOST_ANSWERS && oldest.done !== true)
      this.#byPrediction.delete(oldest.value);
  }

  /** Float16, little-endian, one candidate after the other. Throws `logits-gone`. */
  read(predictionId: string, imageId: string): Buffer {
    const kept = this.#byPrediction.get(predictionId);
    if (kept === undefined || kept.imageId !== imageId) throw logitsGone(predictionId);
    return Buffer.concat(kept.logits.map(float16Bytes));
  }
}
