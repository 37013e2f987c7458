/** Areas of one mask cut at two thresholds; the stricter mask lies within the looser one. */
export interface StabilityCounts {
  /** Pixels whose logit is above threshold + offset. */
  readonly strictPx: number;
  /** Pixels whose logit is above threshold - offset. */
  readonly loosePx: number;
}

/**
 * How little a mask depends on the threshold, in [0, 1]: IoU of the masks cut at threshold + offset and threshold - offset. As one lies
 * within the other, that is the quotient of their areas.
 *
 * Source: `calculate_stability_score` of SAM's automatic mask generator (threshold 0, offset 1). There a mask that is empty at both
 * thresholds comes to 0 / 0 = NaN and is dropped by every comparison with a limit; here it is 0, which is dropped just so.
 */
export function stabilityScore({ strictPx, loosePx }: StabilityCounts): number {
  return loosePx === 0 ? 0 : strictPx / loosePx;
}
