import type { FormatFault, Size } from '@calque/core';
import type { ImageFinder } from './format-files.ts';

export function noSuchImage(path: string): FormatFault {
  return {
    place: path,
    problem: 'the dataset has no such image',
    expected: 'the path or the name of one image',
  };
}

export function wrongSize(path: string, found: Size, expected: Size): FormatFault {
  return {
    place: path,
    problem: `masks of ${found.width} x ${found.height} pixels`,
    expected: `${expected.width} x ${expected.height}, the size of the image after orientation`,
  };
}

/**
 * What is wrong with the size that a file states for its image, before masks of that size are made: a few bytes could ask for
 * gigabytes. Null where it is right, and where it is no size at all, which the reader of the format says better.
 *
 * @param paths what the image may be called; the first is how a person knows it.
 */
export async function faultOfDeclared(
  images: ImageFinder,
  paths: readonly string[],
  declared: { readonly width: unknown; readonly height: unknown },
): Promise<FormatFault | null> {
  const { width, height } = declared;
  const [shown] = paths;
  if (shown === undefined || !isSide(width) || !isSide(height)) return null;
  for (const path of paths) {
    const known = await images.find(path);
    if (known === null) continue;
    const fits = known.size.width === width && known.size.height === height;
    return fits ? null : wrongSize(known.path, { width, height }, known.size);
  }
  return noSuchImage(shown);
}

function isSide(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
