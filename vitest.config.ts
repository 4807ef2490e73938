import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], options: object = {}) => ({
  test: { name, include, testTimeout: 60_000, hookTimeout: 60_000, ...options },
});

/** What only computes keeps nothing between its files: one process loads the libraries once for all of them. */
const together = { isolate: false };

/** Suites that start real programs run one file at a time: they share two cores. */
const alone = { fileParallelism: false, testTimeout: 300_000, hookTimeout: 900_000 };

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.{ts,tsx}'], together),
      project('workflows', ['test/workflows/**/*.test.ts'], together),
      project('simulation', ['test/simulation/**/*.test.ts'], { ...together, testTimeout: 300_000 }),
      project('stacks', ['test/stacks/**/*.test.ts'], { ...together, testTimeout: 180_000, hookTimeout: 180_000 }),
      project('ports', ['test/ports/**/*.test.ts'], alone),
      project('e2e', ['test/e2e/**/*.test.ts'], { ...alone, exclude: ['test/e2e/line/**'] }),
      // asked for by name: whole grids, and what needs tools that nothing else does
      project('full', ['test/full/**/*.test.ts'], alone),
      project('browser', ['test/browser/**/*.test.ts'], { ...alone, exclude: ['test/browser/live.test.ts'] }),
      // the whole product, started once for all of these
      project('line', ['test/e2e/line/**/*.test.ts', 'test/browser/live.test.ts'], {
        ...alone,
        // they wait for experiments most of the time
        fileParallelism: true,
        maxWorkers: 4,
        globalSetup: ['test/support/line-setup.ts'],
      }),
    ],
  },
});
