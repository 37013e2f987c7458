/** How a plot looks, whatever it shows. All lengths are units of its `viewBox`, one of which is a CSS pixel at natural size. */
export interface PlotStyle {
  /** Default 640. */
  readonly width?: number;
  /** Default 400. */
  readonly height?: number;
  /** `light` is for paper and the default. */
  readonly theme?: PlotTheme;
  /** BCP 47 tag that numbers are written in: `en` (the default), `fr`. */
  readonly locale?: string;
}

export type PlotTheme = 'light' | 'dark';

export interface PlotColours {
  readonly background: string;
  readonly text: string;
  readonly mutedText: string;
  readonly axis: string;
  readonly grid: string;
  readonly series: readonly string[];
}

/** The style with nothing left open. */
export interface ResolvedStyle {
  readonly width: number;
  readonly height: number;
  readonly locale: string;
  readonly colours: PlotColours;
}

/**
 * Hues that stay apart for every common kind of colour vision, with at least 3:1 against the background. Series are told
 * apart by marker and dash as well.
 * Source of the hues: P. Tol, Colour schemes (the "bright" scheme), darkened for paper and lightened for dark pages.
 */
const COLOURS: Readonly<Record<PlotTheme, PlotColours>> = {
  light: {
    background: '#ffffff',
    text: '#1b1f24',
    mutedText: '#57606a',
    axis: '#57606a',
    grid: '#e3e6ea',
    series: ['#3569a8', '#c8452f', '#1f7f3f', '#8a3a7d', '#947a00', '#2388a8'],
  },
  dark: {
    background: '#16181c',
    text: '#e8eaed',
    mutedText: '#a3abb5',
    axis: '#a3abb5',
    grid: '#2f343b',
    series: ['#7fb0ea', '#ff8f7a', '#62c985', '#d88fcb', '#e0c64a', '#7bd3ee'],
  },
};

export function resolveStyle(style: PlotStyle): ResolvedStyle {
  return {
    width: style.width ?? 640,
    height: style.height ?? 400,
    locale: style.locale ?? 'en',
    colours: COLOURS[style.theme ?? 'light'],
  };
}

export function seriesColour(colours: PlotColours, index: number): string {
  return colours.series[index % colours.series.length] as string;
}

const DASHES = ['', '6 3', '2 2.5', '9 3 2 3', '12 4', '4 2 1 2'] as const;

/** As an attribute with its leading blank; nothing for a whole line. */
export function dashAttribute(index: number): string {
  const dash = DASHES[index % DASHES.length] as string;
  return dash === '' ? '' : ` stroke-dasharray="${dash}"`;
}
