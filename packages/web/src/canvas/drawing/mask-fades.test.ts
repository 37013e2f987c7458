import { describe, expect, test } from 'vitest';
import type { AnnotationView } from '../../editor/editor-state.ts';
import type { ShownMask } from '../../masks/shown-mask.ts';
import { FADE_MS, MaskFades } from './mask-fades.ts';

const maskOf = (id: string): ShownMask => ({ id, rings: [] }) as unknown as ShownMask;
const viewOf = (id: string, mask: ShownMask | null) =>
  ({ annotation: { id }, mask }) as unknown as AnnotationView;
const [first, second] = [maskOf('first'), maskOf('second')];

function fadesWith(durationMs: number): MaskFades {
  const fades = new MaskFades(() => durationMs);
  fades.update([viewOf('wheel', first)], 0);
  fades.takePainted(0);
  return fades;
}

describe('a new mask', () => {
  test('comes while the former one goes, and is alone after 80 ms', () => {
    const fades = fadesWith(FADE_MS);
    fades.update([viewOf('wheel', second)], 1000);
    expect(fades.masksOf('wheel', 1024)).toEqual([
      { mask: first, presence: 0.5 },
      { mask: second, presence: 0.5 },
    ]);
    expect(fades.isFading('wheel', 1024)).toBe(true);
    expect(fades.masksOf('wheel', 1080)).toEqual([{ mask: second, presence: 1 }]);
    expect(fades.isFading('wheel', 1080)).toBe(false);
  });

  test('is to be seen in its first frame', () => {
    const fades = fadesWith(FADE_MS);
    fades.update([viewOf('wheel', second)], 1000);
    expect(fades.masksOf('wheel', 1000)[1]?.presence).toBeCloseTo(0.2);
  });

  test('is there at once for who wants no motion', () => {
    const fades = fadesWith(0);
    fades.update([viewOf('wheel', second)], 1000);
    expect(fades.masksOf('wheel', 1000)).toEqual([{ mask: second, presence: 1 }]);
  });

  test('that is the same with a smoother outline does not fade', () => {
    const fades = fadesWith(FADE_MS);
    const sharper = maskOf('first');
    fades.update([viewOf('wheel', sharper)], 1000);
    expect(fades.masksOf('wheel', 1000)).toEqual([{ mask: sharper, presence: 1 }]);
  });

  test('is told as painted once, with the time from when it was there', () => {
    const fades = fadesWith(FADE_MS);
    fades.update([viewOf('wheel', second), viewOf('truck', first)], 1000);
    fades.update([viewOf('wheel', second), viewOf('truck', first)], 1003);
    expect(fades.takePainted(1007)).toEqual([
      ['wheel', 7],
      ['truck', 7],
    ]);
    expect(fades.takePainted(1009)).toEqual([]);
  });

  test('of an object that is gone is gone', () => {
    const fades = fadesWith(FADE_MS);
    fades.update([], 1000);
    expect(fades.masksOf('wheel', 1000)).toEqual([]);
  });
});
