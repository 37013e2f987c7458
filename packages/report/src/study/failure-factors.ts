import type { RejectReason } from '@calque/core';
import { groupBy } from './group-by.ts';
import type { StudyObject } from './study.ts';
import { boxShareOf, type IndexedStudy, type MaskedObject, scoreOf, stabilityOf } from './study-queries.ts';

/** Below this the model itself doubts its mask. */
export const LOW_SCORE = 0.8;
/** Below this the outline depends on the threshold of the logits. */
export const LOW_STABILITY = 0.9;
/** A box of this share of the image or more says little about where the object is. */
export const LARGE_BOX_SHARE = 0.5;

export type FactorKind = `rejected-${RejectReason}` | 'low-score' | 'low-stability' | 'large-box';

/** Objects that failed, or may have, for the same reason. */
export interface FailureFactor {
  readonly kind: FactorKind;
  /** The clearest first. */
  readonly objects: readonly StudyObject[];
}

/** An object can be in several. The factor with the most objects first, those of a person's verdict before measured ones. */
export function failureFactors(indexed: IndexedStudy): FailureFactor[] {
  return [...rejections(indexed.study.objects), ...measuredFactors(indexed)]
    .filter(({ objects }) => objects.length > 0)
    .toSorted((a, b) => b.objects.length - a.objects.length);
}

function rejections(objects: readonly StudyObject[]): FailureFactor[] {
  const rejected = objects.filter(({ status }) => status === 'rejected');
  const byReason = groupBy(rejected, ({ reason }) => reason ?? 'other');
  return [...byReason].map(([reason, those]) => ({ kind: `rejected-${reason}` as const, objects: those }));
}

function measuredFactors(indexed: IndexedStudy): FailureFactor[] {
  const { masked } = indexed;
  const share = ({ imageId, state }: MaskedObject) => boxShareOf(indexed.image(imageId), state.prompt.box);
  return [
    { kind: 'low-score', objects: lowest(masked, ({ state }) => scoreOf(state), LOW_SCORE) },
    { kind: 'low-stability', objects: lowest(masked, ({ state }) => stabilityOf(state), LOW_STABILITY) },
    {
      kind: 'large-box',
      objects: masked
        .filter((object) => (share(object) ?? 0) >= LARGE_BOX_SHARE)
        .toSorted((a, b) => (share(b) ?? 0) - (share(a) ?? 0)),
    },
  ];
}

function lowest(
  objects: readonly MaskedObject[],
  value: (object: MaskedObject) => number | null,
  limit: number,
): MaskedObject[] {
  const of = (object: MaskedObject) => value(object) ?? Number.POSITIVE_INFINITY;
  return objects.filter((object) => of(object) < limit).toSorted((a, b) => of(a) - of(b));
}
