import { describe, expect, test } from 'vitest';
import { axisTicks, roundRange } from './axis-ticks.ts';
import { barPlotSvg } from './bar-plot.ts';
import { histogramPlotSvg } from './histogram-plot.ts';
import { linePlotSvg } from './line-plot.ts';
import type { PlotWords } from './plot-frame.ts';
import { reliabilityPlotSvg } from './reliability-plot.ts';
import { scatterPlotSvg } from './scatter-plot.ts';

const words: PlotWords = {
  title: 'Score <raw> & IoU',
  xLabel: 'change of the box',
  yLabel: 'IoU',
  description: 'What the plot shows.',
  emptyText: 'nothing was recorded',
};

const line = linePlotSvg({
  ...words,
  series: [
    {
      name: 'grown',
      points: [
        { x: 0, y: 1, low: 0.95, high: 1 },
        { x: 0.1, y: 0.8, low: 0.7, high: 0.85 },
        { x: 0.2, y: 0.65, low: 0.5, high: 0.7 },
      ],
    },
    {
      name: 'shrunk',
      points: [
        { x: 0, y: 1 },
        { x: 0.1, y: Number.NaN },
        { x: 0.2, y: 0.4 },
      ],
    },
  ],
  xForm: 'percent',
});

const plots: Readonly<Record<string, string>> = {
  line,
  scatter: scatterPlotSvg({
    ...words,
    series: [
      {
        name: 'sam2-tiny',
        points: [
          { x: 0.2, y: 0.3 },
          { x: 0.9, y: 0.7 },
        ],
      },
    ],
    xRange: [0, 1],
    yRange: [0, 1],
    reference: 'identity',
  }),
  bars: barPlotSvg({
    ...words,
    categories: ['box', 'click', 'box + click'],
    series: [
      {
        name: 'a',
        bars: [{ value: 0.9, low: 0.85, high: 0.95 }, { value: 0.6 }, { value: Number.NaN }],
      },
      { name: 'b', bars: [{ value: 0.8 }, { value: 0.55 }, { value: 0.92 }] },
    ],
  }),
  histogram: histogramPlotSvg({
    ...words,
    edges: [0, 10, 20, 30],
    series: [{ name: 'areas', counts: [3, 0, 7] }],
  }),
  reliability: reliabilityPlotSvg({
    ...words,
    series: [
      {
        name: 'sam2-tiny',
        bins: [
          { low: 0, high: 0.5, count: 2, meanPredicted: 0.4, meanTrue: 0.2 },
          { low: 0.5, high: 1, count: 6, meanPredicted: 0.9, meanTrue: 0.7 },
        ],
      },
    ],
  }),
};

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');
}

/** Every coordinate of rectangles, circles and texts. */
function placesOf(svg: string): { x: number; y: number }[] {
  return [...svg.matchAll(/<(?:rect|circle|text) c?x="([^"]+)" c?y="([^"]+)"/g)].map(([, x, y]) => ({
    x: Number(x),
    y: Number(y),
  }));
}

describe.each(Object.entries(plots))('the %s plot', (name, svg) => {
  test('is drawn as it was', async () => {
    await expect(`${svg.replaceAll('><', '>\n<')}\n`).toMatchFileSnapshot(`testing/${name}.svg`);
  });

  test('names itself for those who do not see it, with markup in names as text', () => {
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title>Score &lt;raw&gt; &amp; IoU</title><desc>What the plot shows.</desc>');
  });

  test('keeps within its frame and has no number that is none', () => {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
    expect(placesOf(svg).length).toBeGreaterThan(5);
    for (const { x, y } of placesOf(svg)) {
      expect(x >= 0 && x <= (width as number) && y >= 0 && y <= (height as number)).toBe(true);
    }
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

test('a value that is not finite breaks the line, and the band is drawn where it is known', () => {
  expect([...line.matchAll(/fill="none" stroke="#c8452f" stroke-width="2" stroke-linejoin/g)]).toHaveLength(
    2,
  );
  expect([...line.matchAll(/fill-opacity="0.16"/g)]).toHaveLength(1);
});

test('a bar without a value is left out, an error bar is drawn where it is known', () => {
  const bars = plots['bars'] ?? '';
  const bodies = [
    ...bars.matchAll(
      /<rect x="[^"]+" y="([^"]+)" width="([\d.]+)" height="([\d.]+)" fill="#(?:3569a8|c8452f)"/g,
    ),
  ];
  // Two swatches of the legend, five bars.
  expect(bodies).toHaveLength(7);
  expect([...bars.matchAll(/stroke="#1b1f24" fill="none"/g)]).toHaveLength(1);
});

test('a bar is as high as its value', () => {
  const heights = [...(plots['histogram'] ?? '').matchAll(/height="([\d.]+)" fill="#3569a8"/g)].map(([, h]) =>
    Number(h),
  );
  expect(heights).toHaveLength(2);
  expect((heights[0] as number) / (heights[1] as number)).toBeCloseTo(3 / 7, 3);
});

test('numbers are written as the language writes them', () => {
  const series = [
    {
      name: 'a',
      points: [
        { x: 0, y: 0.25 },
        { x: 0.4, y: 0.75 },
      ],
    },
  ];
  const french = textsOf(linePlotSvg({ ...words, series, xForm: 'percent' }, { locale: 'fr' }));
  expect(french).toContain('0,4');
  expect(french).toContain('40\u00a0%');
  expect(textsOf(linePlotSvg({ ...words, series, xForm: 'percent' }))).toContain('40%');
});

test('a plot of nothing says so', () => {
  const empty = [
    linePlotSvg({ ...words, series: [] }),
    scatterPlotSvg({ ...words, series: [] }),
    barPlotSvg({ ...words, categories: [], series: [] }),
    histogramPlotSvg({ ...words, edges: [], series: [] }),
    reliabilityPlotSvg({ ...words, series: [] }),
  ];
  for (const svg of empty) {
    expect(textsOf(svg)).toContain('nothing was recorded');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test('light and dark differ in colours alone', () => {
  const plot = { ...words, edges: [0, 1, 2], series: [{ name: 'a', counts: [4, 9] }] };
  const bare = (svg: string) => svg.replaceAll(/#[0-9a-f]{6}/g, '#');
  const [light, dark] = [histogramPlotSvg(plot), histogramPlotSvg(plot, { theme: 'dark' })];
  expect(dark).not.toBe(light);
  expect(bare(dark)).toBe(bare(light));
});

describe('an axis', () => {
  test.each([
    [[0, 1], 5, [0, 0.2, 0.4, 0.6, 0.8, 1], 1],
    [[-30, 70], 5, [-20, 0, 20, 40, 60], 0],
    [[0.013, 0.021], 4, [0.014, 0.016, 0.018, 0.02], 3],
    [[7, 7], 5, [7], 0],
  ] as const)('from %j has about %i round ticks', (range, about, values, decimals) => {
    expect(axisTicks(range, about)).toEqual({ values, decimals });
  });

  test.each([
    [
      [0.31, 0.87],
      [0.2, 1],
    ],
    [
      [-3, 12_345],
      [-5000, 15_000],
    ],
    [
      [4, 4],
      [3.6, 4.4],
    ],
    [[], [0, 1]],
    [
      [Number.NaN, 0],
      [0, 1],
    ],
  ] as const)('that holds %j runs from %j', (values, range) => {
    expect(roundRange(values)).toEqual(range);
  });
});
