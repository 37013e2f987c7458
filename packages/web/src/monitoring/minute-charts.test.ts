import type { Minute } from '@calque/api';
import { describe, expect, test } from 'vitest';
import { chartData, latestValues, MINUTE_CHARTS, type MinuteChart } from './minute-charts.ts';

const untilMs = Date.parse('2031-02-03T04:05:40.000Z');
const at = (time: string, more: Partial<Minute>): Minute =>
  ({ at: `2031-02-03T${time}:00.000Z`, predictions: 0, ...more }) as Minute;
const chart = (id: string): MinuteChart => {
  const found = MINUTE_CHARTS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no chart ${id}`);
  return found;
};

describe('a chart by the minute', () => {
  test('has every minute that is shown, the one under way last', () => {
    const [times] = chartData(chart('answers'), [], { untilMs, minutes: 3 });
    expect(times.map((time) => new Date(time * 1000).toISOString().slice(11, 16))).toEqual([
      '04:03',
      '04:04',
      '04:05',
    ]);
  });

  test('counts nothing where nothing happened, and knows no latency there', () => {
    const minutes = [
      at('04:04', { predictions: 7, medianMs: 52, p95Ms: 81 }),
      at('03:50', { predictions: 9 }),
    ];
    const span = { untilMs, minutes: 3 };
    expect(chartData(chart('answers'), minutes, span)[1]).toEqual([0, 7, 0]);
    expect(chartData(chart('latency'), minutes, span).slice(1)).toEqual([
      [null, 52, null],
      [null, 81, null],
    ]);
  });

  test('says the newest value that there is', () => {
    const minutes = [at('04:03', { medianMs: 60, p95Ms: null }), at('04:04', { medianMs: 52, p95Ms: null })];
    expect(latestValues(chartData(chart('latency'), minutes, { untilMs, minutes: 3 }))).toEqual([52, null]);
  });
});
