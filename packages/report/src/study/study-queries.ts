import { groupBy } from './group-by.ts';
import type { ObjectState, Study, StudyAnswer, StudyImage, StudyObject } from './study.ts';

/** A study with its parts found by id. */
export interface IndexedStudy {
  readonly study: Study;
  image(id: string): StudyImage;
  object(id: string): StudyObject | undefined;
  objectsOf(imageId: string): readonly StudyObject[];
  /** Objects that have a mask. */
  readonly masked: readonly MaskedObject[];
}

export type MaskedObject = StudyObject & { readonly state: ObjectState };

export function indexStudy(study: Study): IndexedStudy {
  const images = new Map(study.images.map((image) => [image.id, image]));
  const objects = new Map(study.objects.map((object) => [object.id, object]));
  const byImage = groupBy(study.objects, ({ imageId }) => imageId);
  return {
    study,
    image: (id) => images.get(id) ?? unknownImage(id),
    object: (id) => objects.get(id),
    objectsOf: (imageId) => byImage.get(imageId) ?? [],
    masked: study.objects.filter((object): object is MaskedObject => object.state !== null),
  };
}

/** An image that was removed from the folder after the work on it. */
function unknownImage(id: string): StudyImage {
  return {
    id,
    path: id,
    size: null,
    sizeBytes: 0,
    format: null,
    state: 'unseen',
    problem: 'missing',
    tags: [],
  };
}

/** Of the chosen candidate: the model's own estimate, not clamped. */
export function scoreOf({ answer, candidate }: ObjectState): number | null {
  return chosenOf(answer, candidate)?.score ?? null;
}

export function stabilityOf({ answer, candidate }: ObjectState): number | null {
  return chosenOf(answer, candidate)?.stability ?? null;
}

function chosenOf(answer: StudyAnswer | null, candidate: number | null) {
  return answer?.candidates[candidate ?? answer.best];
}

/** Area of the prompt's box, cut to the image, as a share of the image; null without box or size. */
export function boxShareOf(image: StudyImage, box: ObjectState['prompt']['box']): number | null {
  if (image.size === null || box === null) return null;
  const { width, height } = image.size;
  const across = Math.min(width, Math.max(box.x1, box.x2)) - Math.max(0, Math.min(box.x1, box.x2));
  const down = Math.min(height, Math.max(box.y1, box.y2)) - Math.max(0, Math.min(box.y1, box.y2));
  return (Math.max(0, across) * Math.max(0, down)) / (width * height);
}
