import { defineConfig } from 'vitest/config';

/** Gigabytes of weights and minutes a test: apart from `npm test`, as `npm run test:full-size`. */
export default defineConfig({
  resolve: { conditions: ['calque-source'] },
  ssr: { resolve: { conditions: ['calque-source'], externalConditions: ['calque-source'] } },
  test: {
    include: ['packages/*/src/**/*.large.test.ts'],
    fileParallelism: false,
    testTimeout: 3_600_000,
  },
});
