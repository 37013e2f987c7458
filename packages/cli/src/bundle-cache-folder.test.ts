import path from 'node:path';
import { calqueHome } from '@calque/models/node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bundleCacheFolder } from '../bin/fresh-bundle.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('bundles of a read-only checkout lie where everything else of Calque does', () => {
  test.each([
    ['by default', { CALQUE_HOME: undefined, XDG_CACHE_HOME: undefined }],
    ['with empty variables', { CALQUE_HOME: '', XDG_CACHE_HOME: '' }],
    ['in a cache folder that was chosen', { CALQUE_HOME: '', XDG_CACHE_HOME: '/somewhere/cache' }],
    ['in a relative folder', { CALQUE_HOME: 'here', XDG_CACHE_HOME: undefined }],
  ])('%s', (_name, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const folder = bundleCacheFolder('/checkout/packages/cli', process.env);
    expect(path.resolve(folder, '../../..')).toBe(calqueHome(process.env));
  });
});
