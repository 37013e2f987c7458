import { describe, expect, test } from 'vitest';
import { summariseEvaluation } from './evaluation-summary.ts';
import type { ObjectEvaluation, PromptOutcome } from './object-evaluation.ts';
import { calibrateScores } from './score-calibration.ts';

describe('the calibration of scores', () => {
  test('is the mean gap of the bins, weighted by their answers', () => {
    const { bins, expectedError, greatestError, bias } = calibrateScores(
      [
        { score: 0.9, iou: 0.5 },
        { score: 0.8, iou: 0.7 },
        { score: 0.3, iou: 0.4 },
      ],
      2,
    );
    expect(bins.map(({ count }) => count)).toEqual([1, 2]);
    expect(bins[1]?.meanScore).toBeCloseTo(0.85, 12);
    expect(bins[1]?.meanIou).toBeCloseTo(0.6, 12);
    expect(expectedError).toBeCloseTo((2 * 0.25 + 0.1) / 3, 12);
    expect(greatestError).toBeCloseTo(0.25, 12);
    expect(bias).toBeCloseTo((2 * 0.25 - 0.1) / 3, 12);
  });

  test('is perfect where every score is the IoU that came out, at both ends too', () => {
    const answers = [0, 0.25, 0.5, 1].map((iou) => ({ score: iou, iou }));
    expect(calibrateScores(answers, 4)).toMatchObject({ expectedError: 0, greatestError: 0, bias: 0 });
  });

  test('takes scores beyond 1 as 1 and below 0 as 0', () => {
    const { bins } = calibrateScores(
      [
        { score: 1.04, iou: 0.95 },
        { score: -0.1, iou: 0.2 },
      ],
      5,
    );
    expect(bins.map(({ count }) => count)).toEqual([1, 0, 0, 0, 1]);
    expect([bins[0]?.meanScore, bins[4]?.meanScore]).toEqual([0, 1]);
  });

  test('of no answers is not known', () => {
    expect(calibrateScores([])).toMatchObject({ expectedError: null, greatestError: null, bias: null });
  });
});

function outcome(chosenIou: number, bestIou: number): PromptOutcome {
  const candidate = (score: number, iou: number) => ({ score, stability: 0.9, iou, boundaryIou: iou / 2 });
  return { chosen: 0, best: 1, candidates: [candidate(0.8, chosenIou), candidate(0.6, bestIou)] };
}

function object(changes: Partial<ObjectEvaluation> & { readonly iou: number }): ObjectEvaluation {
  const { iou, ...rest } = changes;
  return {
    dataset: 'street',
    image: 'a.jpg',
    object: 1,
    label: null,
    areaPx: 500,
    prompts: { box: outcome(iou, 0.9), click: outcome(iou / 2, 0.8), 'box-click': outcome(iou, iou) },
    clicks: { ious: [0.5, 0.86, 0.95] },
    ...rest,
  };
}

describe('the summary of an evaluation', () => {
  const objects = [
    object({ iou: 0.6 }),
    object({ iou: 0.8, areaPx: 20_000, clicks: { ious: [0.92] } }),
    object({ iou: 0.4, dataset: 'cells', clicks: { ious: [0.1, 0.2] } }),
  ];

  test('has all objects, the datasets, the sizes, and the sizes of each dataset', () => {
    const groups = summariseEvaluation(objects).groups.map(({ dataset, size, objects: count }) => [
      dataset,
      size,
      count,
    ]);
    expect(groups).toEqual([
      [null, null, 3],
      ['cells', null, 1],
      ['street', null, 2],
      [null, 'small', 2],
      [null, 'large', 1],
      ['cells', 'small', 1],
      ['street', 'small', 1],
      ['street', 'large', 1],
    ]);
  });

  test('has the mean over objects of what was chosen and of the best', () => {
    const [all] = summariseEvaluation(objects).groups;
    expect(all?.prompts.box.meanIou).toBeCloseTo(0.6, 12);
    expect(all?.prompts.box.meanBoundaryIou).toBeCloseTo(0.3, 12);
    expect(all?.prompts.box.bestMeanIou).toBeCloseTo(0.9, 12);
    expect(all?.prompts.box.bestMeanBoundaryIou).toBeCloseTo(0.45, 12);
    expect(all?.prompts.click.meanIou).toBeCloseTo(0.3, 12);
    expect([all?.prompts.box.chosenIsBest, all?.prompts['box-click'].chosenIsBest]).toEqual([0, 1]);
    expect(all?.prompts.box.iouError).toBeCloseTo(0.2 / Math.sqrt(3), 12);
  });

  test('counts clicks, failures as 20, and says how many failed', () => {
    expect(summariseEvaluation(objects).groups[0]?.clicks).toEqual([
      { goal: 0.85, meanClicks: (2 + 1 + 20) / 3, failures: 1 },
      { goal: 0.9, meanClicks: (3 + 1 + 20) / 3, failures: 1 },
    ]);
  });

  test('follows the IoU click by click, objects that are done staying where they are', () => {
    const [first, second, third, ...more] = summariseEvaluation(objects).iouByClicks;
    expect(first).toBeCloseTo((0.5 + 0.92 + 0.1) / 3, 12);
    expect(second).toBeCloseTo((0.86 + 0.92 + 0.2) / 3, 12);
    expect(third).toBeCloseTo((0.95 + 0.92 + 0.2) / 3, 12);
    expect(more).toEqual([]);
  });

  test('has no clicks where none were counted, and no groups without objects', () => {
    expect(summariseEvaluation([object({ iou: 0.6, clicks: null })]).groups[0]?.clicks).toEqual([]);
    expect(summariseEvaluation([]).groups).toEqual([]);
  });
});
