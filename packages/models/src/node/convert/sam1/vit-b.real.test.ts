import { test } from 'vitest';
import { expectFullSizeToWork } from '../testing/full-size-test.ts';

test('A checkpoint of the size of vit_b is imported within little memory, and runs', async () => {
  await expectFullSizeToWork('vit-b');
});
