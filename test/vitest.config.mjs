// Unit tests, and tests of the engine across its real process. The window has its own runners.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const elsewhere = [
  'test/window/**',
  'test/ui/**',
  'test/prove/**',
  'test/bench/**',
  '**/node_modules/**',
];
/** They put another module in place of one of the sources, before anybody has read it. */
const ALONE = [
  'test/engine/files/fileSource.test.ts',
  'test/engine/scoring/textPasses.test.ts',
  'test/host/extensionPackage.test.ts',
  'test/servers/withoutRuntime.test.ts',
];

export default defineConfig({
  resolve: { alias: { vscode: join(import.meta.dirname, 'support/vscode.ts') } },
  test: {
    exclude: elsewhere,
    pool: 'forks',
    projects: [
      // A process for each worker, which reads the sources once.
      {
        extends: true,
        test: {
          name: 'together',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
    setupFiles: 'test/support/tidyAfterFile.ts',
    // Vitest would leave one of two cores to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'test/support/engineBundle.ts',
    // Ends what hangs; on a busy machine the slowest take half a minute.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
