import { defineConfig } from 'vitest/config';

// Long enough for a machine that is busy with something else: a test says what is right, not how fast.
const unhurried = { testTimeout: 60_000, hookTimeout: 60_000 };
const slow = { testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false };

export default defineConfig({
  resolve: { conditions: ['calque-source'] },
  ssr: { resolve: { conditions: ['calque-source'], externalConditions: ['calque-source'] } },
  test: {
    reporters: ['default', './tests/reporters/count-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/reporters/**/*.test.ts'],
          exclude: ['**/*.{oracle,process,real,large}.test.ts'],
          ...unhurried,
        },
      },
      {
        extends: true,
        test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'], ...unhurried },
      },
      { extends: true, test: { name: 'gates', include: ['tests/gates/**/*.test.ts'], ...slow } },
      { extends: true, test: { name: 'fuzz', include: ['tests/fuzz/**/*.test.ts'], ...slow } },
      {
        extends: true,
        test: {
          name: 'oracle',
          include: ['packages/*/src/**/*.oracle.test.ts', 'scripts/**/*.oracle.test.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: ['packages/*/src/**/*.process.test.ts'],
          globalSetup: ['./tests/setup/build-cli.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['packages/*/src/**/*.real.test.ts', 'tests/real/**/*.test.ts'],
          globalSetup: ['./tests/setup/build-cli.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          include: ['tests/services/**/*.test.ts'],
          globalSetup: ['./tests/setup/build-cli.ts'],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['./tests/setup/build-cli.ts', './tests/setup/build-page.ts'],
          ...slow,
        },
      },
    ],
  },
});
