// Options of StrykerJS. Results are kept: a run asks again only about what has changed since the last one. Of a sample
// (TOKENSCOPE_MUTATE_DRAWN) nothing is kept, and its results are in TOKENSCOPE_MUTATE_REPORT.

const { TOKENSCOPE_MUTATE_DRAWN: drawn, TOKENSCOPE_MUTATE_REPORT: report } = process.env;

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', ...(drawn ? ['./test/mutate/drawn.mjs'] : [])],
  // Not those that import the source: for what everything imports that is the whole suite, for each fault.
  vitest: { configFile: 'test/mutate/vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  // A test file has a thread of its own, and tests of the engine start more.
  concurrency: 1,
  // Of a whole layer, and on a machine that has other work to do: what is too late counts as noticed.
  dryRunTimeoutMinutes: 60,
  timeoutMS: 20_000,
  timeoutFactor: 3,
  reporters: [drawn ? 'json' : 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: report ?? '' },
  // Tests run the scripts of training/ and read their list.
  ignorePatterns: ['dist', 'test-results', '.cache', 'test/mutate/node_modules'],
  tempDirName: '.cache/mutate/sandbox',
  incremental: !drawn,
  incrementalFile: '.cache/mutate/results.json',
  // It would rewrite the file by TypeScript 5's own functions, which TypeScript 7 does not have.
  tsconfigFile: 'none',
  // Words of messages are judged by people.
  mutator: { excludedMutations: ['StringLiteral'] },
};
