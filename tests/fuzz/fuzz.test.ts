import { CalqueError } from '@calque/core';
import { describe, expect, test } from 'vitest';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzzTargets, sharesOf } from './fuzz-targets.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { runTarget } from './run-target.ts';

const shares = sharesOf(fuzzTargets, 2500);

describe('whatever it is given, it is taken or refused with a reason', () => {
  test.each(fuzzTargets)('$name', async (target) => {
    const run = await runTarget(target, { count: shares.get(target.name) ?? 1, seed: 20_261_124 });
    expect(run.findings.map(({ index, problem }) => `input ${index}: ${problem}`)).toEqual([]);
    expect(run.inputs).toBe(shares.get(target.name));
  });
});

describe('the fuzzing itself', () => {
  const seeds = [Buffer.from('a valid seed')];
  const target = (parse: (text: string) => void): FuzzTarget => ({
    name: 'planted',
    parts: 1,
    open: async () => ({
      input: (random) => mutateBytes(seeds, random),
      parse: async (input) => parse(Buffer.from(input).toString('latin1')),
    }),
  });

  test('gives the same inputs for the same seed, and others for another one', async () => {
    const given = async (seed: number): Promise<string[]> => {
      const texts: string[] = [];
      await runTarget(
        target((text) => texts.push(text)),
        { count: 40, seed },
      );
      return texts;
    };
    expect(await given(3)).toEqual(await given(3));
    expect(await given(3)).not.toEqual(await given(4));
    expect(new Set(await given(3)).size).toBeGreaterThan(30);
  });

  test('finds a planted fault, with the input that leads to it', async () => {
    const planted = target((text) => {
      if (!text.startsWith('a ')) throw new TypeError('planted');
      throw new CalqueError({ code: 'line-invalid', message: 'refused', expected: 'another' });
    });
    const { findings, codes } = await runTarget(planted, { count: 60, seed: 5 });
    expect(findings.length).toBeGreaterThan(3);
    expect(codes['line-invalid']).toBeGreaterThan(10);
    const [first] = findings;
    const again = await runTarget(planted, { count: 1, seed: 5, from: first?.index ?? 0 });
    expect(again.findings[0]?.input).toEqual(first?.input);
  });

  test('finds what takes too long', async () => {
    const slow = target(() => {
      const end = process.cpuUsage().user + 30_000;
      while (process.cpuUsage().user < end);
    });
    const { findings } = await runTarget(slow, { count: 2, seed: 1, limitMs: 10 });
    expect(findings).toHaveLength(2);
    expect(findings[0]?.problem).toContain('processor time');
  });
});

test('the shares come to the whole', () => {
  expect([...sharesOf(fuzzTargets, 50_000).values()].reduce((sum, share) => sum + share, 0)).toBe(50_000);
});
