// A fault is there from the first line of a test file, and in the processes and threads that it starts; StrykerJS puts
// it in before the first hook. What a file runs outside its tests, in its modules, hooks, processes and threads, counts
// for all its tests: StrykerJS would ask every test of every file about a fault in it, or none.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject, type RunnerTask, type RunnerTestSuite } from 'vitest';

/** How often the place of each fault was come by. */
type Hits = Record<string, number>;

interface Namespace {
  activeMutant?: string;
  mutantCoverage?: { static: Hits; perTest: Record<string, Hits> };
}

const given = inject as (name: string) => string;
const globals = globalThis as unknown as Record<string, Namespace>;
const stryker = (globals[given('globalNamespace')] ??= {});

if (given('mode') === 'mutant') {
  stryker.activeMutant = given('activeMutant');
  process.env.__STRYKER_ACTIVE_MUTANT__ = stryker.activeMutant;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'tokenscope-mutate-'));
  const log = join(folder, 'coverage');
  writeFileSync(log, '');
  process.env.TOKENSCOPE_MUTATE_COVERAGE = log;
  afterAll(suite => {
    const elsewhere = readFileSync(log, 'utf8').split('\n').slice(0, -1);
    rmSync(folder, { recursive: true });
    const coverage = (stryker.mutantCoverage ??= { static: {}, perTest: {} });
    const outside = { ...coverage.static };
    for (const fault of elsewhere) outside[fault] ??= 1;
    for (const test of testsIn(suite)) {
      const hits = (coverage.perTest[nameOf(test)] ??= {});
      for (const [fault, count] of Object.entries(outside))
        hits[fault] = (hits[fault] ?? 0) + count;
    }
    coverage.static = {};
  });
}

const testsIn = (suite: RunnerTestSuite): RunnerTask[] =>
  suite.tasks
    .flatMap(task => (task.type === 'suite' ? testsIn(task) : [task]))
    .filter(({ mode }) => mode === 'run');

/** StrykerJS's. */
function nameOf(test: RunnerTask): string {
  const names = [];
  for (let at: RunnerTask | undefined = test; at; at = at.suite) names.unshift(at.name);
  return `${test.file.filepath}#${names.join(' ').trim()}`;
}
