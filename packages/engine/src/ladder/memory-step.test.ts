import { describe, expect, test } from 'vitest';
import { memoryLadder } from './memory-step.ts';

const steps = (facts: Partial<Parameters<typeof memoryLadder<string>>[0]>) =>
  memoryLadder({ model: 'large', fallbacks: [], lowMemory: false, onAccelerator: false, ...facts });

describe('the ladder', () => {
  test('has every step in its order where all are possible, each with what was given up before', () => {
    const rungs = steps({
      fallbacks: [
        { step: 'lower-precision', model: 'large-int8' },
        { step: 'smaller-model', model: 'small' },
      ],
      onAccelerator: true,
    });
    expect(rungs).toEqual([
      { step: null, model: 'large', smallBatch: false, lowMemory: false, cpuOnly: false },
      { step: 'smaller-batch', model: 'large', smallBatch: true, lowMemory: false, cpuOnly: false },
      { step: 'arena-off', model: 'large', smallBatch: true, lowMemory: true, cpuOnly: false },
      { step: 'lower-precision', model: 'large-int8', smallBatch: true, lowMemory: true, cpuOnly: false },
      { step: 'smaller-model', model: 'small', smallBatch: true, lowMemory: true, cpuOnly: false },
      { step: 'cpu', model: 'small', smallBatch: true, lowMemory: true, cpuOnly: true },
    ]);
  });

  test('leaves out what was done from the start, and what this machine does not have', () => {
    expect(steps({ lowMemory: true }).map(({ step }) => step)).toEqual([null, 'smaller-batch']);
    expect(steps({}).map(({ step }) => step)).toEqual([null, 'smaller-batch', 'arena-off']);
  });
});
