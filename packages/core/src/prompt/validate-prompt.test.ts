import { describe, expect, test } from 'vitest';
import { createBitmap } from '../mask/bitmap.ts';
import type { Prompt, PromptPoint } from './prompt.ts';
import { MAX_PROMPT_POINTS, validatePrompt } from './validate-prompt.ts';

const size = { width: 70, height: 50 };
const POINT = { x: 7, y: 3, label: 'foreground' } as const;
const nothing: Prompt = { box: null, points: [], mask: null };

function withBox(x1: number, y1: number, x2: number, y2: number): Prompt {
  return { ...nothing, box: { x1, y1, x2, y2 } };
}

function withPoint(x: number, y: number, label = 'foreground'): Prompt {
  return { ...nothing, points: [{ x: 1, y: 2, label: 'background' }, { x, y, label } as PromptPoint] };
}

describe('a valid prompt', () => {
  test('has its box ordered and cut to the image', () => {
    expect(validatePrompt(withBox(75.5, 30, 12, -3), size).box).toEqual({ x1: 12, y1: 0, x2: 70, y2: 30 });
  });

  test('keeps its points in order, without what else they carry', () => {
    const points = [
      { x: 0, y: 49.9, label: 'background', note: 'x' },
      { x: 69.5, y: 0, label: 'foreground' },
    ] as const;
    expect(validatePrompt({ ...nothing, points }, size).points).toEqual([
      { x: 0, y: 49.9, label: 'background' },
      { x: 69.5, y: 0, label: 'foreground' },
    ]);
  });

  test('may have as many points as the limit', () => {
    const points = Array.from({ length: MAX_PROMPT_POINTS }, (_, i) => ({
      x: i % 70,
      y: i % 50,
      label: 'foreground' as const,
    }));
    expect(validatePrompt({ ...nothing, points }, size).points).toHaveLength(MAX_PROMPT_POINTS);
  });

  test('may be a mask alone', () => {
    const mask = { kind: 'bitmap', bitmap: createBitmap(size) } as const;
    expect(validatePrompt({ ...nothing, mask }, size)).toEqual({ ...nothing, mask });
    const logits = { kind: 'logits', logits: new Float32Array(64) } as const;
    expect(validatePrompt({ ...nothing, mask: logits }, size).mask).toBe(logits);
  });
});

describe('a prompt is refused', () => {
  const wrongMask = { kind: 'bitmap', bitmap: createBitmap({ width: 50, height: 70 }) } as const;
  const cutMask = { kind: 'bitmap', bitmap: { ...size, data: new Uint8Array(8) } } as const;
  const noLogits = { kind: 'logits', logits: new Float32Array(0) } as const;

  test.each<[string, Prompt, string, string]>([
    ['with nothing in it', nothing, 'prompt-empty', 'nothing in it'],
    [
      'with more points than a decoder can hold',
      { ...nothing, points: Array.from({ length: MAX_PROMPT_POINTS + 1 }, () => POINT) },
      'prompt-too-many-points',
      '1001 points',
    ],
    ['with NaN in its box', withBox(1, Number.NaN, 5, 6), 'box-not-finite', '1,NaN,5,6'],
    ['with a box without end', withBox(1, 2, Number.POSITIVE_INFINITY, 6), 'box-not-finite', 'Infinity'],
    ['with a box without width', withBox(8, 2, 8, 6), 'box-empty', '8,2,8,6'],
    ['with a box without height', withBox(8, 6, 9, 6), 'box-empty', '8,6,9,6'],
    ['with a box right of the image', withBox(70, 2, 90, 6), 'box-outside-image', '70 x 50'],
    ['with a box above the image', withBox(7, -9, 9, 0), 'box-outside-image', '7,-9,9,0'],
    ['with NaN in a point', withPoint(Number.NaN, 3), 'point-not-finite', 'point 2 (NaN, 3)'],
    ['with a point right of the image', withPoint(70, 3), 'point-outside-image', 'point 2 (70, 3)'],
    ['with a point above the image', withPoint(7, -0.1), 'point-outside-image', 'point 2 (7, -0.1)'],
    ['with a label unknown', withPoint(7, 3, 'fg'), 'point-label-unknown', '"fg"'],
    [
      'with a mask of another size',
      { ...nothing, mask: wrongMask },
      'mask-prompt-wrong-size',
      '50 x 70 pixels',
    ],
    ['with a mask cut short', { ...nothing, mask: cutMask }, 'mask-prompt-wrong-size', '8 bytes'],
    ['with logits that are missing', { ...nothing, mask: noLogits }, 'mask-prompt-wrong-size', 'no logits'],
  ])('%s', (_, prompt, code, message) => {
    const refusal = expect.objectContaining({
      code,
      message: expect.stringContaining(message),
      expected: expect.any(String),
      remedy: expect.any(String),
    });
    expect(() => validatePrompt(prompt, size)).toThrow(refusal);
  });
});
