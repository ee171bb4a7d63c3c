// Unit tests, and tests of the engine across its real process. The window has its own runners.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/window/**',
      'test/ui/**',
      'test/prove/**',
      'test/bench/**',
      '**/node_modules/**',
    ],
    pool: 'forks',
    // Vitest would leave one of two cores to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'test/support/engineBundle.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
