export const SIZE_CLASSES = ['small', 'medium', 'large'] as const;

export type SizeClass = (typeof SIZE_CLASSES)[number];

/**
 * COCO's classes of objects by the area of their true mask: small below 32 x 32 pixels, large from 96 x 96 on.
 * Source: T.-Y. Lin et al., Microsoft COCO: Common Objects in Context, 2014, and its evaluation code.
 */
export function sizeClassOf(areaPx: number): SizeClass {
  if (areaPx < 32 ** 2) return 'small';
  return areaPx < 96 ** 2 ? 'medium' : 'large';
}
