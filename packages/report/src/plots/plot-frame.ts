import { type AxisTicks, axisTicks, type PlotRange } from './axis-ticks.ts';
import { dashAttribute, type ResolvedStyle, seriesColour } from './plot-style.ts';
import { escapeXml, FONT_SIZE, fittedText, svgNumber, svgText, textWidth } from './svg-parts.ts';

/** The words of a plot, in the language of the reader. */
export interface PlotWords {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the plot shows in one or two sentences, for those who do not see it. */
  readonly description?: string;
  /** Stands in the middle of a plot that has nothing to draw. */
  readonly emptyText?: string;
}

/** How numbers stand along an axis. `percent`: 0.25 is written 25 %. */
export type NumberForm = 'plain' | 'percent';

export interface FrameSpec {
  readonly words: PlotWords;
  readonly style: ResolvedStyle;
  readonly xRange: PlotRange;
  readonly yRange: PlotRange;
  readonly xForm?: NumberForm;
  readonly yForm?: NumberForm;
  /** Names in the middle of equal parts of the x axis, instead of numbers. */
  readonly categories?: readonly string[];
  /** Names of the series; a single one needs no legend. */
  readonly legend: readonly string[];
  readonly legendMark: 'line' | 'square';
  /** Kept free below the x axis for a second panel. */
  readonly stripHeight?: number;
}

export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Axes, grid, title and legend, and where a value lies among them. */
export interface PlotFrame {
  readonly area: PlotArea;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** The whole SVG, the marks drawn within the axes. */
  readonly drawn: (marks: string) => string;
}

const GAP = 8;
const TITLE_SIZE = 14;
const LEGEND_SWATCH = 22;

export function plotFrame(spec: FrameSpec): PlotFrame {
  const { width, height } = spec.style;
  const legend = legendRows(spec);
  const yTicks = axisTicks(spec.yRange, 5);
  const yTexts = tickTexts(yTicks, spec.yForm ?? 'plain', spec.style.locale);
  const area = {
    left: 2 * GAP + FONT_SIZE + Math.max(...yTexts.map((text) => textWidth(text))) + GAP,
    top: GAP + TITLE_SIZE + GAP + legend.length * (FONT_SIZE + 6) + GAP,
    right: width - 2 * GAP,
    bottom: height - (spec.stripHeight ?? 0) - 3 * GAP - 2 * FONT_SIZE,
  };
  const x = scaleOf(spec.xRange, [area.left, area.right]);
  const y = scaleOf(spec.yRange, [area.bottom, area.top]);
  const axes = yAxis({ spec, area, y }, yTicks, yTexts) + xAxis({ spec, area, x });
  return { area, x, y, drawn: (marks) => svgOf(spec, titleOf(spec) + legendOf(spec, legend) + axes + marks) };
}

function scaleOf([low, high]: PlotRange, [from, to]: PlotRange): (value: number) => number {
  const span = high - low;
  return (value) => (span === 0 ? (from + to) / 2 : from + ((value - low) / span) * (to - from));
}

function tickTexts({ values, decimals }: AxisTicks, form: NumberForm, locale: string): string[] {
  const digits = form === 'percent' ? Math.max(0, decimals - 2) : decimals;
  const numbers = new Intl.NumberFormat(locale, {
    style: form === 'percent' ? 'percent' : 'decimal',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return values.map((value) => numbers.format(value));
}

function svgOf({ words, style }: FrameSpec, content: string): string {
  const { width, height, colours } = style;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    'role="img" font-family="\'DejaVu Sans\', Inter, system-ui, sans-serif" font-variant-numeric="tabular-nums">' +
    `<title>${escapeXml(words.title)}</title>` +
    (words.description === undefined ? '' : `<desc>${escapeXml(words.description)}</desc>`) +
    `<rect width="${width}" height="${height}" fill="${colours.background}"/>${content}</svg>`
  );
}

function titleOf({ words, style }: FrameSpec): string {
  const title = fittedText(words.title, style.width - 4 * GAP, TITLE_SIZE);
  const place = { x: 2 * GAP, y: GAP + TITLE_SIZE, size: TITLE_SIZE, weight: 600, fill: style.colours.text };
  return svgText(title, place);
}

interface YAxis {
  readonly spec: FrameSpec;
  readonly area: PlotArea;
  readonly y: (value: number) => number;
}

function yAxis({ spec, area, y }: YAxis, ticks: AxisTicks, texts: readonly string[]): string {
  const { colours } = spec.style;
  const lines = ticks.values.map((value, i) => {
    const at = y(value);
    return (
      `<path d="M${svgNumber(area.left)} ${svgNumber(at)}H${svgNumber(area.right)}" stroke="${colours.grid}"/>` +
      svgText(texts[i] as string, { x: area.left - 6, y: at + 4, anchor: 'end', fill: colours.mutedText })
    );
  });
  const middle = (area.top + area.bottom) / 2;
  const label = { x: GAP + FONT_SIZE, y: middle, anchor: 'middle', fill: colours.text, turn: -90 } as const;
  return lines.join('') + svgText(fittedText(spec.words.yLabel, area.bottom - area.top + 60), label);
}

interface XAxis {
  readonly spec: FrameSpec;
  readonly area: PlotArea;
  readonly x: (value: number) => number;
}

function xAxis(axis: XAxis): string {
  const { spec, area } = axis;
  const { colours } = spec.style;
  const line = `<path d="M${svgNumber(area.left)} ${svgNumber(area.bottom)}H${svgNumber(area.right)}" stroke="${colours.axis}"/>`;
  const label = {
    x: (area.left + area.right) / 2,
    y: spec.style.height - GAP,
    anchor: 'middle',
    fill: colours.text,
  } as const;
  const ticks = spec.categories === undefined ? numberTicks(axis) : categoryTicks(axis, spec.categories);
  return line + ticks + svgText(fittedText(spec.words.xLabel, area.right - area.left), label);
}

function numberTicks({ spec, area, x }: XAxis): string {
  const { colours, locale } = spec.style;
  const ticks = axisTicks(spec.xRange, Math.max(2, Math.floor((area.right - area.left) / 90)));
  const texts = tickTexts(ticks, spec.xForm ?? 'plain', locale);
  return ticks.values
    .map((value, i) => {
      const at = x(value);
      const below = area.bottom + (spec.stripHeight ?? 0);
      return (
        `<path d="M${svgNumber(at)} ${svgNumber(below)}v4" stroke="${colours.axis}"/>` +
        svgText(texts[i] as string, {
          x: at,
          y: below + 6 + FONT_SIZE,
          anchor: 'middle',
          fill: colours.mutedText,
        })
      );
    })
    .join('');
}

function categoryTicks({ spec, area }: XAxis, categories: readonly string[]): string {
  const part = (area.right - area.left) / Math.max(1, categories.length);
  return categories
    .map((name, i) =>
      svgText(fittedText(name, part - 4), {
        x: area.left + part * (i + 0.5),
        y: area.bottom + 6 + FONT_SIZE,
        anchor: 'middle',
        fill: spec.style.colours.mutedText,
      }),
    )
    .join('');
}

interface LegendEntry {
  readonly name: string;
  readonly index: number;
  readonly x: number;
}

/** Entries one after the other, on as many rows as they need. */
function legendRows({ legend, style }: FrameSpec): LegendEntry[][] {
  if (legend.length < 2) return [];
  const rows: LegendEntry[][] = [[]];
  let x = 2 * GAP;
  for (const [index, full] of legend.entries()) {
    const name = fittedText(full, style.width - 4 * GAP - LEGEND_SWATCH - 6);
    const width = LEGEND_SWATCH + 6 + textWidth(name) + 2 * GAP;
    if (x + width > style.width && (rows.at(-1) as LegendEntry[]).length > 0) {
      rows.push([]);
      x = 2 * GAP;
    }
    (rows.at(-1) as LegendEntry[]).push({ name, index, x });
    x += width;
  }
  return rows;
}

function legendOf({ style, legendMark }: FrameSpec, rows: readonly (readonly LegendEntry[])[]): string {
  return rows
    .flatMap((row, r) => {
      const y = GAP + TITLE_SIZE + GAP + (r + 0.7) * (FONT_SIZE + 6);
      return row.map(({ name, index, x }) => {
        const colour = seriesColour(style.colours, index);
        const swatch =
          legendMark === 'square'
            ? `<rect x="${svgNumber(x + 6)}" y="${svgNumber(y - 9)}" width="10" height="10" fill="${colour}"/>`
            : `<path d="M${svgNumber(x)} ${svgNumber(y - 4)}h${LEGEND_SWATCH}" stroke="${colour}" stroke-width="2" fill="none"${dashAttribute(index)}/>${marker(index, { x: x + LEGEND_SWATCH / 2, y: y - 4 }, colour)}`;
        return swatch + svgText(name, { x: x + LEGEND_SWATCH + 6, y, fill: style.colours.text });
      });
    })
    .join('');
}

/** A mark around a place: disc, square, triangle, diamond, cross, ring, by the number of the series. */
export function marker(
  index: number,
  { x, y }: { readonly x: number; readonly y: number },
  colour: string,
): string {
  const at = `${svgNumber(x)} ${svgNumber(y)}`;
  const shapes = [
    `<circle cx="${svgNumber(x)}" cy="${svgNumber(y)}" r="3" fill="${colour}"/>`,
    `<path d="M${at}m-3 -3h6v6h-6z" fill="${colour}"/>`,
    `<path d="M${at}m0 -4l4 7h-8z" fill="${colour}"/>`,
    `<path d="M${at}m0 -4.2l4.2 4.2l-4.2 4.2l-4.2 -4.2z" fill="${colour}"/>`,
    `<path d="M${at}m-3 -3l6 6m0 -6l-6 6" stroke="${colour}" stroke-width="2" fill="none"/>`,
    `<circle cx="${svgNumber(x)}" cy="${svgNumber(y)}" r="2.6" stroke="${colour}" stroke-width="1.6" fill="none"/>`,
  ] as const;
  return shapes[index % shapes.length] as string;
}

/** The words for a plot without data, in its middle. */
export function emptyNote(
  { words, style }: Pick<FrameSpec, 'words' | 'style'>,
  { left, right, top, bottom }: PlotArea,
): string {
  if (words.emptyText === undefined) return '';
  const place = {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    anchor: 'middle',
    fill: style.colours.mutedText,
  } as const;
  return svgText(fittedText(words.emptyText, right - left), place);
}
