// Unit tests, and tests of the engine across its real process. The window has its own runners.
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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
