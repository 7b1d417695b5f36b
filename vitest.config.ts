import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` is pure and fast (mirror, golden, properties); `e2e` uses the built command, the embedded
 * launchd and real processes, so it needs `npm run build` first and generous time limits on a busy machine.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    // By default one core is left free; but what runs real processes mostly waits for them.
    maxWorkers: Math.max(2, availableParallelism()),
    // .ci/run counts the tests from this file.
    ...(process.env['RECONCILE_TEST_RESULTS'] === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: process.env['RECONCILE_TEST_RESULTS'] } }),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/contract/**'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
