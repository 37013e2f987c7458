import type { StudyImage } from './study.ts';
import { type IndexedStudy, scoreOf } from './study-queries.ts';

/** Two images for the reader: one that is easy, one that is not. */
export interface RepresentativeCases {
  readonly simple: RepresentativeCase | null;
  /** Another image than the simple one. */
  readonly hard: RepresentativeCase | null;
}

export interface RepresentativeCase {
  readonly image: StudyImage;
  /** A person tagged it, or the numbers say so. */
  readonly because: 'tagged' | 'high-score' | 'low-score' | 'rejected' | 'many-objects' | 'first' | 'last';
  /** The number behind `because`: a score, or a count of objects. */
  readonly value: number | null;
}

/** A tag decides; without one the scores and the review; without any work the first and the last image that can be read. */
export function representativeCases(indexed: IndexedStudy): RepresentativeCases {
  const readable = indexed.study.images.filter(({ problem }) => problem === null);
  const simple = tagged(readable, ['simple']) ?? best(indexed, readable);
  const others = readable.filter(({ id }) => id !== simple?.image.id);
  return { simple, hard: tagged(others, ['hard', 'crowded']) ?? worst(indexed, others) };
}

function tagged(images: readonly StudyImage[], tags: readonly string[]): RepresentativeCase | null {
  const image = tags
    .map((tag) => images.find((one) => one.tags.includes(tag)))
    .find((one) => one !== undefined);
  return image === undefined ? null : { image, because: 'tagged', value: null };
}

function best(indexed: IndexedStudy, images: readonly StudyImage[]): RepresentativeCase | null {
  const scored = images
    .map((image) => ({ image, value: leastScore(indexed, image), count: indexed.objectsOf(image.id).length }))
    .filter(({ image, value }) => value !== null && image.state !== 'rejected')
    .toSorted((a, b) => a.count - b.count || (b.value ?? 0) - (a.value ?? 0));
  const [first] = scored;
  if (first !== undefined) return { image: first.image, because: 'high-score', value: first.value };
  return images[0] === undefined ? null : { image: images[0], because: 'first', value: null };
}

function worst(indexed: IndexedStudy, images: readonly StudyImage[]): RepresentativeCase | null {
  const rejected = images.find(({ id }) => indexed.objectsOf(id).some(({ status }) => status === 'rejected'));
  if (rejected !== undefined) return { image: rejected, because: 'rejected', value: null };
  const [crowded] = images.toSorted(
    (a, b) => indexed.objectsOf(b.id).length - indexed.objectsOf(a.id).length,
  );
  const count = crowded === undefined ? 0 : indexed.objectsOf(crowded.id).length;
  if (crowded !== undefined && count > 1) return { image: crowded, because: 'many-objects', value: count };
  const [low] = images
    .map((image) => ({ image, value: leastScore(indexed, image) }))
    .filter(({ value }) => value !== null)
    .toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0));
  if (low !== undefined) return { image: low.image, because: 'low-score', value: low.value };
  const last = images.at(-1);
  return last === undefined ? null : { image: last, because: 'last', value: null };
}

/** Of the image's objects; null where none has one. */
function leastScore(indexed: IndexedStudy, image: StudyImage): number | null {
  const scores = indexed.objectsOf(image.id).flatMap(({ state }) => {
    const score = state === null ? null : scoreOf(state);
    return score === null ? [] : [score];
  });
  return scores.length === 0 ? null : Math.min(...scores);
}
