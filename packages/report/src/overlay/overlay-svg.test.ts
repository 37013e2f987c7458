import { createBitmap } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { overlaySize } from './overlay-size.ts';
import { type OverlayContent, overlaySvg } from './overlay-svg.ts';

/** Every letter is a square of 0.6 em. */
const font: OverlayContent['font'] = {
  outline: (text, { x, y, size }) => `M${x} ${y}h${text.length * size * 0.6}`,
  widthOf: (text, size) => text.length * size * 0.6,
};

function content(width: number, height: number, changes: Partial<OverlayContent> = {}): OverlayContent {
  const mask = createBitmap({ width, height });
  mask.data[1] = 1;
  const prompt = { box: null, points: [] };
  return {
    image: { width, height },
    mask,
    maskBox: null,
    prompt,
    legend: ['score 0.913', 'area 5 px'],
    font,
    maskColour: '#33bbee',
    ...changes,
  };
}

/** The plate of the legend, or null. */
function plate(svg: string): { x1: number; y1: number; x2: number; y2: number } | null {
  const match = /<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx/.exec(svg);
  if (match === null) return null;
  const [x = 0, y = 0, width = 0, height = 0] = match.slice(1).map(Number);
  return { x1: x, y1: y, x2: x + width, y2: y + height };
}

describe('overlaySize', () => {
  test('is the size of the image between the limits', () => {
    expect(overlaySize({ width: 1800, height: 1200 })).toEqual({ width: 1800, height: 1200, scale: 1 });
    expect(overlaySize({ width: 320, height: 7 })).toEqual({ width: 320, height: 7, scale: 1 });
  });

  test('enlarges tiny images by a whole number', () => {
    expect(overlaySize({ width: 16, height: 12 })).toEqual({ width: 320, height: 240, scale: 20 });
  });

  test('scales huge images down', () => {
    expect(overlaySize({ width: 12000, height: 9000 })).toMatchObject({ width: 4096, height: 3072 });
    expect(overlaySize({ width: 100_000, height: 10 })).toMatchObject({ width: 4096, height: 1 });
  });
});

describe('overlaySvg', () => {
  test('draws mask, box and points with a plus and a minus at their places', () => {
    const points = [
      { x: 100, y: 200, label: 'foreground' },
      { x: 300, y: 250, label: 'background' },
    ] as const;
    const svg = overlaySvg(
      content(640, 480, { prompt: { box: { x1: 50, y1: 60, x2: 350, y2: 400 }, points } }),
    );
    expect(svg).toContain('<rect x="50" y="60" width="300" height="340"');
    expect(svg).toContain('M95.6 200H104.4M100 195.6V204.4');
    expect(svg).toContain('M295.6 250H304.4"');
    expect(svg).toContain('fill-rule="evenodd"');
  });

  test('a box that leaves the image is drawn along its border', () => {
    const svg = overlaySvg(
      content(640, 480, { prompt: { box: { x1: -50, y1: 60, x2: 900, y2: 700 }, points: [] } }),
    );
    expect(svg).toContain('<rect x="1" y="60" width="638" height="419"');
  });

  test('lines are as wide for the eye on a large picture as on a small one', () => {
    const widths = [1000, 2000, 4000].map((width) => {
      const box = { x1: 50, y1: 60, x2: 350, y2: 400 };
      const svg = overlaySvg(content(width, 700, { prompt: { box, points: [] } }));
      return [...svg.matchAll(/stroke-width="([\d.]+)"/g)].map(
        ([, text]) => Math.round(Number(text) / (width / 10_000)) / 10,
      );
    });
    expect(widths[0]?.length).toBeGreaterThan(4);
    expect(widths[1]).toEqual(widths[0]);
    expect(widths[2]).toEqual(widths[0]);
  });

  test('mask and contour have the colour that they are given, the contour a dark and a light halo', () => {
    const svg = overlaySvg(content(640, 480, { maskColour: '#ee3377' }));
    expect(
      [...svg.matchAll(/<use href="#m"[^>]*(?:fill|stroke)="(#\w+)"/g)].map(([, colour]) => colour),
    ).toEqual(['#ee3377', '#000', '#fff', '#ee3377']);
  });

  test.each([
    [16, 12],
    [1800, 1200],
    [4000, 90],
    [60, 700],
  ])('the legend of %i x %i lies within the picture', (width, height) => {
    const size = overlaySize({ width, height });
    const found = plate(overlaySvg(content(width, height)));
    expect(found).not.toBeNull();
    expect(found?.x1).toBeGreaterThanOrEqual(0);
    expect(found?.y1).toBeGreaterThanOrEqual(0);
    expect(found?.x2).toBeLessThanOrEqual(size.width);
    expect(found?.y2).toBeLessThanOrEqual(size.height);
  });

  test('there is no legend where nobody could read it', () => {
    expect(plate(overlaySvg(content(2000, 12)))).toBeNull();
  });

  test('the legend goes to the corner that hides nothing', () => {
    const points = [
      { x: 20, y: 20, label: 'foreground' },
      { x: 620, y: 460, label: 'background' },
    ] as const;
    const maskBox = { x1: 0, y1: 300, x2: 300, y2: 480 };
    const found = plate(overlaySvg(content(640, 480, { maskBox, prompt: { box: null, points } })));
    expect(found?.x1).toBeGreaterThan(320);
    expect(found?.y2).toBeLessThan(240);
  });
});
