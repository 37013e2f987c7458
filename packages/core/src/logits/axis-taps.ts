/**
 * A linear resampling of one axis: output i is the weighted sum of up to three neighbouring inputs.
 *
 * Bilinear interpolation is separable and every stage of it is linear, so the stages of a reference predictor
 * (SAM 1: 256 -> 1024, crop, -> image; SAM 2: 256 -> image) collapse into one such table per axis.
 *
 * `base[i]` is the first input index; `weights` holds three weights per output, `weights[3 * i + k]` for input
 * `base[i] + k`. Unused taps have weight 0 and an index that stays inside the input. The tables are owned by the object.
 */
export interface AxisTaps {
  readonly inputLength: number;
  readonly outputLength: number;
  readonly base: Int32Array;
  readonly weights: Float32Array;
}

/**
 * Taps of bilinear interpolation with half-pixel centres, edges repeated.
 * Source: `torch.nn.functional.interpolate(mode="bilinear", align_corners=False)`.
 */
export function bilinearTaps(inputLength: number, outputLength: number): AxisTaps {
  const taps = emptyTaps(inputLength, outputLength);
  const scale = inputLength / outputLength;
  for (let i = 0; i < outputLength; i++) {
    const position = Math.max(0, (i + 0.5) * scale - 0.5);
    const low = Math.min(Math.floor(position), inputLength - 1);
    const fraction = low + 1 < inputLength ? position - low : 0;
    setTaps(taps, i, [
      { index: low, weight: 1 - fraction },
      { index: Math.min(low + 1, inputLength - 1), weight: fraction },
    ]);
  }
  return taps;
}

/**
 * The taps of `first` followed by `second`, where `second` reads only the first `second.inputLength` outputs of
 * `first` (what lies beyond was padding and is cropped away). Throws a RangeError where one output would need more than
 * three neighbouring inputs, which `first` cannot cause while it enlarges.
 */
export function composeTaps(first: AxisTaps, second: AxisTaps): AxisTaps {
  const taps = emptyTaps(first.inputLength, second.outputLength);
  for (let i = 0; i < second.outputLength; i++) {
    setTaps(
      taps,
      i,
      tapsOf(second, i).flatMap((outer) =>
        tapsOf(first, outer.index).map((inner) => ({
          index: inner.index,
          weight: inner.weight * outer.weight,
        })),
      ),
    );
  }
  return taps;
}

/** First output of every run of outputs that share a base, and the output length at the end. */
export function runsOfEqualBase({ base, outputLength }: AxisTaps): Int32Array {
  const starts = [0];
  for (let i = 1; i < outputLength; i++) {
    if (base[i] !== base[i - 1]) starts.push(i);
  }
  starts.push(outputLength);
  return Int32Array.from(starts);
}

interface Tap {
  readonly index: number;
  readonly weight: number;
}

function emptyTaps(inputLength: number, outputLength: number): AxisTaps {
  return {
    inputLength,
    outputLength,
    base: new Int32Array(outputLength),
    weights: new Float32Array(3 * outputLength),
  };
}

function tapsOf(taps: AxisTaps, output: number): Tap[] {
  const base = taps.base[output] ?? 0;
  return [0, 1, 2]
    .map((k) => ({ index: base + k, weight: taps.weights[3 * output + k] ?? 0 }))
    .filter((tap) => tap.weight !== 0);
}

function setTaps(taps: AxisTaps, output: number, wanted: readonly Tap[]): void {
  const lowest = Math.min(...wanted.filter((tap) => tap.weight !== 0).map((tap) => tap.index));
  // Three taps from `base` on must stay inside the input, so the base is pulled back at the far edge.
  const base = Math.max(0, Math.min(lowest, taps.inputLength - 3));
  taps.base[output] = base;
  for (const { index, weight } of wanted) {
    if (weight === 0) continue;
    const tap = index - base;
    if (tap < 0 || tap > 2) {
      throw new RangeError(
        `output ${output} needs input ${index}, which is not one of three from ${base} on`,
      );
    }
    const slot = 3 * output + tap;
    taps.weights[slot] = (taps.weights[slot] ?? 0) + weight;
  }
}
