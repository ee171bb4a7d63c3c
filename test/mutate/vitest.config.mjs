// The unit tests that a run of the mutation tests asks.
import { join } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import unit from '../vitest.config.mjs';

/**
 * StrykerJS runs test files in threads. ONNX Runtime ends the process when such a thread ends.
 * @type {import('vitest/config').Plugin}
 */
const inProcesses = {
  name: 'in-processes',
  configureVitest({ project }) {
    project.config.pool = 'forks';
  },
};

export default defineConfig(() => {
  const { projects: _, globalSetup: __, setupFiles: ___, ...test } = unit.test ?? {};
  const own = process.env.TOKENSCOPE_MUTATE_TESTS?.split(',') ?? ['test/**/*.test.ts'];
  const runsEngine = own.some(path => !path.startsWith('test/core/'));
  return mergeConfig(
    { ...unit, test },
    {
      plugins: runsEngine ? [inProcesses] : [],
      test: {
        include: own,
        // StrykerJS ends what takes too long.
        testTimeout: 3_600_000,
        hookTimeout: 3_600_000,
        setupFiles: [join(import.meta.dirname, 'activate.ts')],
        globalSetup: runsEngine ? join(import.meta.dirname, 'engineBundle.ts') : [],
      },
    },
  );
});
