import { isCalqueError } from '@calque/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint, CheckpointTensor } from '../checkpoint/checkpoint.ts';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { planConversion } from './plan-conversion.ts';
import { readGolden, SAM2_MICRO } from './testing/golden.ts';

describe.each([
  ['sam1-micro', undefined],
  ['sam2-micro', SAM2_MICRO],
  ['mobilesam-micro', undefined],
] as const)('Of every tensor of %s', { timeout: 60_000 }, (name, config) => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint((await readGolden(name)).checkpointPath);
  });
  afterAll(() => checkpoint.close());

  /** The problems that are reported when a tensor is replaced, or left out. */
  function problemsWith(changed: string, tensor: CheckpointTensor | null): readonly unknown[] {
    const tensors = new Map(checkpoint.tensors);
    if (tensor === null) tensors.delete(changed);
    else tensors.set(changed, tensor);
    const read = async (): Promise<never> => {
      throw new RangeError('nothing is read');
    };
    try {
      planConversion(
        { path: 'some.pth', format: 'pytorch', tensors, read, close: async () => {} },
        { precision: 'fp32', config },
      );
    } catch (error) {
      if (isCalqueError(error, 'checkpoint-mismatch')) return error.details?.['problems'] as unknown[];
      throw error;
    }
    return [];
  }

  const shapeText = ({ shape }: CheckpointTensor): string => `[${shape.join(', ')}]`;
  const needed = (): [string, CheckpointTensor][] =>
    [...checkpoint.tensors].filter(([tensor]) => !/num_batches_tracked$|\.head\.|norm_head/.test(tensor));

  test('it is said that it is missing, with the shape that it should have', () => {
    for (const [tensor, found] of needed())
      expect(problemsWith(tensor, null)).toContain(`${tensor} is missing, expected ${shapeText(found)}`);
  });

  test('it is said that it is misshapen, with the shape that it has and should have', () => {
    for (const [i, [tensor, found]] of needed().entries()) {
      // How many heads a block of TinyViT has, is said by this tensor alone.
      const axis = tensor.endsWith('attention_biases') ? 1 : i % found.shape.length;
      const wrong = { ...found, shape: found.shape.with(axis, (found.shape[axis] ?? 0) + 1 + (i % 3)) };
      expect(problemsWith(tensor, wrong)).toContain(
        `${tensor} is ${shapeText(wrong)}, expected ${shapeText(found)}`,
      );
    }
  });

  test('it is refused under another name, which belongs to no layer', () => {
    for (const [tensor, found] of [...checkpoint.tensors].slice(0, 40))
      expect(problemsWith(`${tensor}.more`, found)).toEqual([
        `${tensor}.more ${shapeText(found)} belongs to no layer`,
      ]);
  });

  test('any shape at all gives a refusal, never a crash', () => {
    for (const [tensor, found] of needed()) {
      for (const shape of [[], [...found.shape, 1], found.shape.map(() => 0)])
        if (shape.join() !== found.shape.join())
          expect(problemsWith(tensor, { ...found, shape }).length).toBeGreaterThan(0);
    }
  });
});
