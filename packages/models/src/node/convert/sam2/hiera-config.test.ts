import { describe, expect, test } from 'vitest';
import type { Checkpoint, CheckpointTensor } from '../../checkpoint/checkpoint.ts';
import { CheckpointWeights } from '../checkpoint-weights.ts';
import { hieraConfigOf } from './hiera-config.ts';
import { isMemoryTensor } from './sam2-layout.ts';

/** A checkpoint of nothing but what the variant is told by. */
function weightsOf(width: number, stages: readonly number[]): CheckpointWeights {
  const trunk = 'image_encoder.trunk';
  const tensors = new Map<string, CheckpointTensor>([
    [`${trunk}.patch_embed.proj.weight`, { shape: [width, 3, 7, 7], dtype: 'float32' }],
  ]);
  let block = 0;
  for (const [stage, blocks] of stages.entries()) {
    for (let i = 0; i < blocks; i++) {
      tensors.set(`${trunk}.blocks.${block}.norm1.weight`, { shape: [width], dtype: 'float32' });
      if (i === 0 && stage > 0) {
        tensors.set(`${trunk}.blocks.${block}.proj.weight`, { shape: [width, width], dtype: 'float32' });
      }
      block++;
    }
  }
  const checkpoint: Checkpoint = {
    path: 'some.pt',
    format: 'pytorch',
    tensors,
    read: async (name) => {
      throw new RangeError(`${name} is not read`);
    },
    close: async () => {},
  };
  return new CheckpointWeights(checkpoint);
}

describe('The variant of SAM 2', () => {
  test.each([
    ['hiera-tiny', 96, [1, 2, 7, 2], [5, 7, 9]],
    ['hiera-small', 96, [1, 2, 11, 2], [7, 10, 13]],
    ['hiera-base-plus', 112, [2, 3, 16, 3], [12, 16, 20]],
    ['hiera-large', 144, [2, 6, 36, 4], [23, 33, 43]],
  ] as const)('%s is known by its width and depth', (variant, width, stages, globalBlocks) => {
    expect(hieraConfigOf(weightsOf(width, stages), 'some.pt')).toMatchObject({ variant, globalBlocks });
  });

  test('another one is not guessed', () => {
    expect(() => hieraConfigOf(weightsOf(16, [1, 2, 3, 1]), 'some.pt')).toThrow(
      'some.pt is a checkpoint of a kind that is not read: a SAM 2 encoder of width 16 with 1, 2, 3, 1 blocks a stage',
    );
  });

  test('the tensors of the memory are known not to be needed, others are reported by name and shape', () => {
    const weights = weightsOf(96, [1, 2, 7, 2]);
    weights.take('no_mem_embed', [1, 1, 256]);
    weights.take('image_encoder.trunk.patch_embed.proj.weight', [96, 3, 4, 4]);
    expect(() => weights.assertComplete('SAM 2', isMemoryTensor)).toThrow(
      /no_mem_embed is missing, expected \[1, 1, 256\]; .*proj\.weight is \[96, 3, 7, 7\], expected \[96, 3, 4, 4\]; .*norm1\.weight \[96\] belongs to no layer/,
    );
    expect(isMemoryTensor('memory_attention.layers.0.norm1.weight')).toBe(true);
    expect(isMemoryTensor('sam_mask_decoder.conv_s0.weight')).toBe(false);
  });
});
