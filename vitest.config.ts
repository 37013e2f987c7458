import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['calque-source'] },
  ssr: { resolve: { conditions: ['calque-source'], externalConditions: ['calque-source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'], exclude: ['**/*.oracle.test.ts', '**/*.real.test.ts'] },
      },
      { extends: true, test: { name: 'oracle', include: ['packages/*/src/**/*.oracle.test.ts'], testTimeout: 300_000 } },
      { extends: true, test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['packages/*/src/**/*.real.test.ts', 'tests/real/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
