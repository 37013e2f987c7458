import { test } from 'vitest';
import { expectFullSizeToWork } from './testing/full-size-test.ts';

test.each(['vit-l', 'hiera-large', 'vit-h'] as const)(
  'A checkpoint of the size of %s is imported within little memory, and runs',
  async (variant) => {
    await expectFullSizeToWork(variant);
  },
);
