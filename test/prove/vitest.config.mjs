// The long proofs: `npm run prove`. Each has a sample in `npm test`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/prove/*.prove.ts',
      // Samples of `npm test`, in full, whose set-up is not to be shared as that of samples.prove.ts is.
      'test/cli/{cli,tinyContext,trace}.test.ts',
      'test/engine/{completion/completionRequests,models/golden,sae/golden}.test.ts',
    ],
    globalSetup: 'test/support/engineBundle.ts',
    env: { TOKENSCOPE_PROVE: '1' },
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
