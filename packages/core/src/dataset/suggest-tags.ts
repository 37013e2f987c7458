import type { ImageFacts } from './image-facts.ts';

export type SuggestedTag = 'simple' | 'crowded' | 'hard';

/** Facts of an image and of the work on it, so far as they are known. */
export interface TagFacts {
  readonly image: ImageFacts | null;
  readonly objects: number;
  /** Lowest score of a model's answer to one of the objects; null before the first. */
  readonly lowestScore: number | null;
}

/** Why a tag is suggested: the fact, its value, and the threshold that it lies beyond. */
export interface TagSuggestion {
  readonly tag: SuggestedTag;
  readonly fact: 'contrast' | 'edge-density' | 'objects' | 'score';
  readonly value: number;
  readonly threshold: number;
}

/** Documented in docs/dataset.md. */
export const TAG_THRESHOLDS = {
  crowdedObjects: 8,
  crowdedEdges: 0.3,
  hardScore: 0.75,
  hardContrast: 0.08,
  simpleEdges: 0.1,
  simpleContrast: 0.12,
} as const;

/**
 * Tags that the facts speak for. *Hard*: a model was unsure (score), or there is little to see (contrast). *Crowded*: many
 * objects, or many edges. *Simple*: neither, with few edges, enough contrast and at most two objects. One reason each.
 */
export function suggestTags({ image, objects, lowestScore }: TagFacts): TagSuggestion[] {
  const limits = TAG_THRESHOLDS;
  const found: TagSuggestion[] = [];
  if (lowestScore !== null && lowestScore < limits.hardScore) {
    found.push({ tag: 'hard', fact: 'score', value: lowestScore, threshold: limits.hardScore });
  } else if (image !== null && image.contrast < limits.hardContrast) {
    found.push({ tag: 'hard', fact: 'contrast', value: image.contrast, threshold: limits.hardContrast });
  }
  if (objects >= limits.crowdedObjects) {
    found.push({ tag: 'crowded', fact: 'objects', value: objects, threshold: limits.crowdedObjects });
  } else if (image !== null && image.edgeDensity > limits.crowdedEdges) {
    found.push({
      tag: 'crowded',
      fact: 'edge-density',
      value: image.edgeDensity,
      threshold: limits.crowdedEdges,
    });
  }
  const isPlain =
    image !== null && image.edgeDensity < limits.simpleEdges && image.contrast >= limits.simpleContrast;
  if (found.length === 0 && isPlain && objects <= 2) {
    found.push({
      tag: 'simple',
      fact: 'edge-density',
      value: image.edgeDensity,
      threshold: limits.simpleEdges,
    });
  }
  return found;
}
