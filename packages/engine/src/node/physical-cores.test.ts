import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { linuxCores, physicalCores, quotaOf } from './physical-cores.ts';

const processor = (physical: number, core: number): string =>
  `processor\t: 0\nphysical id\t: ${physical}\nsiblings\t: 4\ncore id\t: ${core}\n`.replaceAll(
    'id\t:',
    'id\t\t:',
  );

describe('physical cores', () => {
  test('hyper-threads of a core count once, cores of another socket again', () => {
    const text = [processor(0, 0), processor(0, 1), processor(0, 0), processor(1, 0)].join('\n');
    expect(linuxCores(text)).toBe(3);
  });

  test('are unknown where the system names none', () => {
    expect(linuxCores('processor : 0\nBogoMIPS : 108\n\nprocessor : 1\n')).toBeNull();
  });

  test('are never more than may be used', () => {
    expect(physicalCores()).toBeGreaterThanOrEqual(1);
    expect(physicalCores()).toBeLessThanOrEqual(availableParallelism());
  });

  test('a quota of a container counts in whole processors, at least one', () => {
    expect(quotaOf('250000 100000\n')).toBe(3);
    expect(quotaOf('20000 100000')).toBe(1);
    expect(quotaOf('max 100000')).toBeNull();
    expect(quotaOf('-1 100000')).toBeNull();
    expect(quotaOf(' ')).toBeNull();
  });
});
