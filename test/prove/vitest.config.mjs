// The long proofs: `npm run prove`. Each has a sample in `npm test`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/prove/*.prove.ts'],
    globalSetup: 'test/support/engineBundle.ts',
    env: { TOKENSCOPE_PROVE: '1' },
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
