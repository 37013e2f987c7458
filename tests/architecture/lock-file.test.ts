import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
}

/**
 * npm leaves a platform's package out when its registry does not have it yet, and `npm ci` then refuses the lock file.
 * Each is named by hand in that case: version, os, cpu, libc.
 */
function missingFrom(packages: Readonly<Record<string, Locked>>): string[] {
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  );
  return [...new Set(wanted)].filter((name) => packages[`node_modules/${name}`] === undefined);
}

/** Those that ask for a later Node than the first that we name; npm warns of each on every set-up with that one. */
function tooNew(packages: Readonly<Record<string, Locked>>): string[] {
  return Object.entries(packages).flatMap(([name, { engines }]) => {
    const least = /^>=\s*(\d+)(?:\.(\d+))?/.exec(engines?.node ?? '');
    if (least === null) return [];
    const [major, minor] = [Number(least[1]), Number(least[2] ?? 0)];
    return major > 20 || (major === 20 && minor > 19) ? [name] : [];
  });
}

describe('the lock file', () => {
  test('has an entry for the tools of every platform, so that npm ci accepts it everywhere', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, Locked>;
    };
    expect(missingFrom(packages)).toEqual([]);
  });

  test('has no package that the first Node we name is too old for', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, Locked>;
    };
    expect(tooNew(packages)).toEqual([]);
    expect(tooNew({ new: { engines: { node: '>=22' } }, old: { engines: { node: '>=20.9.0' } } })).toEqual([
      'new',
    ]);
  });

  test('names no address to download from', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved": "https?:/);
  });

  test('would be caught without one', () => {
    const packages = { 'node_modules/tool': { optionalDependencies: { 'tool-darwin-arm64': '1.2.3' } } };
    expect(missingFrom(packages)).toEqual(['tool-darwin-arm64']);
  });
});
