// Options of StrykerJS. Results are kept: a run asks again only about what has changed since the last one.

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Not those that import the source: for what everything imports that is the whole suite, for each fault.
  vitest: { configFile: 'test/mutate/vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  ignorePatterns: ['dist', 'test-results', '.cache', 'training', 'test/mutate/node_modules'],
  tempDirName: '.cache/mutate/sandbox',
  incremental: true,
  incrementalFile: '.cache/mutate/results.json',
  // It would rewrite the file by TypeScript 5's own functions, which TypeScript 7 does not have.
  tsconfigFile: 'none',
  // Words of messages are judged by people.
  mutator: { excludedMutations: ['StringLiteral'] },
};
