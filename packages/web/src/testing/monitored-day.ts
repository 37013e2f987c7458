import type { Advice, DriftQuantity, Figure, Minute, Monitoring, QuantityDrift } from '@calque/api';
import { adviseThreshold, type JudgedScore } from '@calque/core';

const MINUTE_MS = 60_000;
const MODEL = 'sam2-hiera-tiny';

/** A day of work with a pause at noon and a slower hour, the same every time. */
export function fakeMonitoring(minutes: number, state: 'usual' | 'adopted'): Monitoring {
  const last = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  return {
    startedAt: new Date(last - 26 * 60 * MINUTE_MS).toISOString(),
    minutes: Array.from({ length: minutes }, (_, i) => minuteAt(minutes - 1 - i, last)),
    figures,
    drift: [
      {
        model: MODEL,
        quantities: quantities(state),
        alarms: state === 'adopted' ? [] : [new Date(last - 47 * MINUTE_MS).toISOString()],
      },
    ],
    engines: [{ model: MODEL, provider: 'cpu', waiting: 0, running: 1 }],
  };
}

/** Of a whole number and a salt, in [0, 1): tests and pictures are the same every time. */
function noise(at: number, salt: number): number {
  const value = Math.sin(at * 12.9898 + salt * 78.233) * 43758.5453;
  return value - Math.floor(value);
}

function minuteAt(ago: number, last: number): Minute {
  const busy = 0.35 + 0.65 * Math.sin(ago / 23) ** 2;
  const isPause = ago > 31 && ago < 38;
  const predictions = isPause ? 0 : Math.round(14 * busy + 9 * noise(ago, 1));
  const decode = 41 + 9 * noise(ago, 2) + (ago > 12 && ago < 18 ? 38 : 0);
  const of = (value: number): number | null => (predictions === 0 ? null : value);
  const encodes = isPause ? 0 : Math.round(2.4 * noise(ago, 3));
  return {
    at: new Date(last - ago * MINUTE_MS).toISOString(),
    predictions,
    medianMs: of(decode + 12),
    p95Ms: of(decode + 31 + 20 * noise(ago, 4)),
    meanScore: of(0.91 - (ago < 20 ? 0.06 : 0) + 0.03 * noise(ago, 5)),
    meanStability: of(0.95 + 0.02 * noise(ago, 6)),
    stagesMs: {
      queue: of(2 * noise(ago, 7)),
      read: encodes === 0 ? null : 38 + 6 * noise(ago, 8),
      preprocess: encodes === 0 ? null : 21 + 4 * noise(ago, 9),
      encode: encodes === 0 ? null : 2400 + 380 * noise(ago, 10),
      decode: of(decode),
      postprocess: of(6 + noise(ago, 11)),
      measure: of(4 + noise(ago, 12)),
    },
    encodes,
    cacheHits: isPause ? 0 : Math.round(4 * noise(ago, 13)),
    accepted: isPause ? 0 : Math.round(4 * busy * noise(ago, 14)),
    corrected: noise(ago, 15) > 0.8 ? 1 : 0,
    rejected: noise(ago, 16) > 0.72 ? 1 : 0,
    problems: ago === 15 ? 2 : 0,
    waiting: Math.round(2.4 * noise(ago, 17)),
    residentBytes: 182e6 + 24e6 * Math.sin(ago / 40) ** 2,
    heapBytes: 61e6 + 18e6 * noise(ago, 18),
    eventLoopP99Ms: 1.5 + 3 * noise(ago, 19) + (ago === 15 ? 44 : 0),
  };
}

interface Shape {
  readonly quantity: DriftQuantity;
  readonly from: number;
  readonly to: number;
  readonly usual: number;
  readonly now: number;
  readonly width: number;
}

const shapes: readonly Shape[] = [
  { quantity: 'score', from: 0, to: 1, usual: 0.91, now: 0.82, width: 0.05 },
  { quantity: 'stability', from: 0, to: 1, usual: 0.955, now: 0.95, width: 0.025 },
  { quantity: 'box-ratio', from: 0, to: 1, usual: 0.16, now: 0.2, width: 0.09 },
  { quantity: 'image-px', from: 3e5, to: 2.4e7, usual: 8e6, now: 8e6, width: 3e6 },
  { quantity: 'brightness', from: 0, to: 1, usual: 0.47, now: 0.4, width: 0.1 },
];

function quantities(state: 'usual' | 'adopted'): QuantityDrift[] {
  return shapes.map((shape): QuantityDrift => {
    const { quantity, from, to, usual, width } = shape;
    const now = state === 'adopted' ? usual : shape.now;
    const away = Math.abs(usual - now) / width;
    const windowCount = quantity === 'image-px' ? 31 : 200;
    const distance = Math.min(1, 0.06 + away * 0.28);
    const isWaiting = windowCount < 50;
    return {
      quantity,
      verdict: isWaiting ? 'waiting' : away > 1.5 ? 'large' : away > 0.5 ? 'moderate' : 'steady',
      referenceCount: 500,
      windowCount,
      referenceMedian: usual,
      windowMedian: now,
      populationStability: isWaiting ? null : 0.02 + away ** 2 * 0.19,
      distance: isWaiting ? null : distance,
      distanceLimit: isWaiting ? null : 0.163,
      histogram: {
        edges: Array.from({ length: 21 }, (_, i) => from + ((to - from) * i) / 20),
        reference: bell(usual, shape, 500),
        window: bell(now, shape, windowCount),
      },
    };
  });
}

function bell(middle: number, { from, to, width }: Shape, count: number): number[] {
  const weights = Array.from({ length: 20 }, (_, i) => {
    const at = from + ((to - from) * (i + 0.5)) / 20;
    return Math.exp(-0.5 * ((at - middle) / width) ** 2);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => Math.round((count * weight) / sum));
}

const figure = (name: string, value: number, labels: Record<string, string> = {}): Figure => ({
  name,
  labels,
  value,
});

const figures: Figure[] = [
  figure('calque_masks_total', 4212, { model: MODEL, extent: 'partial' }),
  figure('calque_masks_total', 37, { model: MODEL, extent: 'empty' }),
  figure('calque_masks_total', 6, { model: MODEL, extent: 'full' }),
  figure('calque_box_image_ratio_sum', 611.2, { model: MODEL }),
  figure('calque_box_image_ratio_count', 3764, { model: MODEL }),
  figure('calque_mask_box_ratio_sum', 2371.9, { model: MODEL }),
  figure('calque_mask_box_ratio_count', 3764, { model: MODEL }),
  figure('calque_candidate_choices_total', 61, { candidate: '0' }),
  figure('calque_candidate_choices_total', 214, { candidate: '2' }),
  figure('calque_candidate_choices_total', 18, { candidate: 'best' }),
  figure('calque_decisions_total', 902, { decision: 'accept' }),
  figure('calque_decisions_total', 131, { decision: 'reject' }),
  figure('calque_accepted_mask_points_sum', 1714),
  figure('calque_accepted_mask_points_count', 902),
  figure('calque_accepted_mask_clicks_sum', 3067),
  figure('calque_accepted_mask_clicks_count', 902),
  figure('calque_abandoned_total', 44),
  figure('calque_rejections_total', 62, { reason: 'rough-boundary' }),
  figure('calque_rejections_total', 41, { reason: 'too-much' }),
  figure('calque_rejections_total', 28, { reason: 'incomplete' }),
  figure('calque_rejections_total', 0, { reason: 'other' }),
  figure('calque_problems_total', 2, { code: 'engine-busy' }),
  figure('calque_problems_total', 0, { code: 'disk-full' }),
  figure('calque_out_of_memory_total', 1, { model: MODEL, step: 'arena-off' }),
  figure('calque_child_restarts_total', 3, { model: MODEL, role: 'encoder' }),
];

export function fakeAdvice(wantedPrecision: number): Advice {
  const judged = Array.from({ length: 640 }, (_, i): JudgedScore => {
    const score = 1 - 0.55 * noise(i, 21) ** 1.8;
    const good = 0.45 + 0.58 * Math.max(0, (score - 0.5) / 0.5);
    const roll = noise(i, 22);
    return { score, verdict: roll < good ? 'accepted' : roll < good + 0.06 ? 'corrected' : 'rejected' };
  });
  const { bins, suggestion, ...rest } = adviseThreshold(judged, { wantedPrecision });
  return { ...rest, bins: [...bins], suggestion };
}
