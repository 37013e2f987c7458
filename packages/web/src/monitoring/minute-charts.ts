import type { Minute } from '@calque/api';
import type { TextKey } from '../i18n/index.ts';

/** How a value is written, and what its axis begins with. */
export type ChartUnit = 'count' | 'ms' | 'bytes' | 'share';

export interface ChartLine {
  /** Key of its name. */
  readonly name: TextKey;
  readonly valueOf: (minute: Minute) => number | null;
}

/** A chart of the page: what it shows of each minute. */
export interface MinuteChart {
  readonly id: string;
  readonly title: TextKey;
  readonly unit: ChartUnit;
  readonly lines: readonly ChartLine[];
  /** A minute of which nothing is known: nothing happened (0), or there is no value (null). */
  readonly missing: 0 | null;
}

const counted = (id: string, title: TextKey, lines: readonly ChartLine[]): MinuteChart => ({
  id,
  title,
  unit: 'count',
  lines,
  missing: 0,
});

const stage = (name: keyof Minute['stagesMs']): ChartLine => ({
  name: `monitoring.line.${name}`,
  valueOf: ({ stagesMs }) => stagesMs[name],
});

/** In the order of the page: what people wait for first, what the machine does last. */
export const MINUTE_CHARTS: readonly MinuteChart[] = [
  {
    id: 'latency',
    title: 'monitoring.chart.latency',
    unit: 'ms',
    lines: [
      { name: 'monitoring.line.median', valueOf: ({ medianMs }) => medianMs },
      { name: 'monitoring.line.p95', valueOf: ({ p95Ms }) => p95Ms },
    ],
    missing: null,
  },
  {
    id: 'stages',
    title: 'monitoring.chart.stages',
    unit: 'ms',
    lines: [stage('queue'), stage('decode'), stage('postprocess'), stage('measure')],
    missing: null,
  },
  {
    id: 'encode',
    title: 'monitoring.chart.encode',
    unit: 'ms',
    lines: [stage('read'), stage('preprocess'), stage('encode')],
    missing: null,
  },
  counted('answers', 'monitoring.chart.answers', [
    { name: 'monitoring.line.answers', valueOf: ({ predictions }) => predictions },
  ]),
  {
    id: 'scores',
    title: 'monitoring.chart.scores',
    unit: 'share',
    lines: [
      { name: 'monitoring.line.score', valueOf: ({ meanScore }) => meanScore },
      { name: 'monitoring.line.stability', valueOf: ({ meanStability }) => meanStability },
    ],
    missing: null,
  },
  counted('decisions', 'monitoring.chart.decisions', [
    { name: 'monitoring.line.accepted', valueOf: ({ accepted }) => accepted },
    { name: 'monitoring.line.corrected', valueOf: ({ corrected }) => corrected },
    { name: 'monitoring.line.rejected', valueOf: ({ rejected }) => rejected },
  ]),
  counted('cache', 'monitoring.chart.cache', [
    { name: 'monitoring.line.computed', valueOf: ({ encodes }) => encodes },
    { name: 'monitoring.line.cached', valueOf: ({ cacheHits }) => cacheHits },
  ]),
  {
    ...counted('queue', 'monitoring.chart.queue', [
      { name: 'monitoring.line.waiting', valueOf: ({ waiting }) => waiting },
    ]),
    missing: null,
  },
  {
    id: 'memory',
    title: 'monitoring.chart.memory',
    unit: 'bytes',
    lines: [
      { name: 'monitoring.line.resident', valueOf: ({ residentBytes }) => residentBytes },
      { name: 'monitoring.line.heap', valueOf: ({ heapBytes }) => heapBytes },
    ],
    missing: null,
  },
  {
    id: 'event-loop',
    title: 'monitoring.chart.event-loop',
    unit: 'ms',
    lines: [{ name: 'monitoring.line.delay', valueOf: ({ eventLoopP99Ms }) => eventLoopP99Ms }],
    missing: null,
  },
  counted('problems', 'monitoring.chart.problems', [
    { name: 'monitoring.line.problems', valueOf: ({ problems }) => problems },
  ]),
];

const MINUTE_S = 60;

/** x: every minute that is shown, in seconds since 1970, ascending; then a row for each line. */
export type ChartData = [number[], ...(number | null)[][]];

/** @param untilMs the minute that is under way, in milliseconds since 1970. */
export function chartData(
  { lines, missing }: MinuteChart,
  minutes: readonly Minute[],
  span: { readonly untilMs: number; readonly minutes: number },
): ChartData {
  const last = Math.floor(span.untilMs / 1000 / MINUTE_S) * MINUTE_S;
  const times = Array.from({ length: span.minutes }, (_, i) => last - (span.minutes - 1 - i) * MINUTE_S);
  const known = new Map(minutes.map((minute) => [Date.parse(minute.at) / 1000, minute]));
  return [
    times,
    ...lines.map((line) =>
      times.map((time) => {
        const minute = known.get(time);
        return minute === undefined ? missing : line.valueOf(minute);
      }),
    ),
  ];
}

/** Of each line the newest value that there is; null where there is none. */
export function latestValues([, ...rows]: ChartData): (number | null)[] {
  return rows.map((row) => row.findLast((value) => value !== null) ?? null);
}
