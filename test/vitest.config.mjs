// Unit tests, and tests of the engine across its real process. The window has its own runners.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { vscode: join(import.meta.dirname, 'support/vscode.ts') } },
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
    // A process for each worker, and the sources read once in each: files leave nothing behind that others see.
    isolate: false,
    unstubGlobals: true,
    unstubEnvs: true,
    // Vitest would leave one of two cores to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'test/support/engineBundle.ts',
    // Ends what hangs; on a busy machine the slowest take half a minute.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
