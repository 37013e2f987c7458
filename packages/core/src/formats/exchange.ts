import type { Size } from '../geometry/size.ts';
import type { Rle } from '../mask/rle.ts';

/** Images with their objects, as every format can say it: what import and export pass through. Plain data. */
export interface Exchange {
  /** Names of the labels in the order that gives them their numbers; those of all objects are among them. */
  readonly labels: readonly string[];
  readonly images: readonly ExchangeImage[];
}

export interface ExchangeImage {
  /** Relative to the folder of the images, with `/`. */
  readonly path: string;
  /** Of the oriented image. */
  readonly size: Size;
  readonly objects: readonly ExchangeObject[];
}

export interface ExchangeObject {
  /** Empty where the format has no names of objects. */
  readonly name: string;
  readonly label: string | null;
  /** Of the size of its image. */
  readonly mask: Rle;
  /** The model's estimate of the IoU, raw; null where nobody gave one. */
  readonly score: number | null;
}

/** What was read of a file, and what was not: no fault is passed over in silence. */
export interface ExchangeReading extends Exchange {
  readonly faults: readonly FormatFault[];
}

/** One thing in a file that could not be taken, e.g. `$.annotations[3].segmentation`. */
export interface FormatFault {
  readonly place: string;
  readonly problem: string;
  readonly expected: string;
}

/** What is written for objects without a label, by formats that know none without. Read back it is no label. */
export const NO_LABEL = 'unlabelled';

/** All labels in the order that gives them their numbers, {@link NO_LABEL} last where an object has none. */
export function numberedLabels({ images, labels }: Exchange): string[] {
  const names = new Set(labels);
  const objects = images.flatMap((image) => image.objects);
  for (const { label } of objects) if (label !== null) names.add(label);
  if (objects.some(({ label }) => label === null)) names.add(NO_LABEL);
  return [...names];
}
