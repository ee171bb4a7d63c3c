// A fault is there from the first line of a test file, and in the processes and threads that it starts; StrykerJS puts
// it in before the first hook. What a file runs outside its tests, in its modules, hooks, processes and threads, counts
// for all its tests: StrykerJS would ask every test of every file about a fault in it, or none. In a run about several
// folders, each fault is asked of its own tests alone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, inject, vi, type RunnerTask, type RunnerTestSuite } from 'vitest';

/** How often the place of each fault was come by. */
type Hits = Record<string, number>;

interface Namespace {
  activeMutant?: string;
  mutantCoverage?: { static: Hits; perTest: Record<string, Hits> };
}

const given = inject as (name: string) => string;
const globals = globalThis as unknown as Record<string, Namespace>;
const stryker = (globals[given('globalNamespace')] ??= {});

// StrykerJS ends what takes too long: a limit of a file's own would fail the first run on a busy machine.
const { setConfig } = vi;
vi.setConfig = ({ testTimeout: _, hookTimeout: __, ...config }) => setConfig(config);

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
    const isAsked = askedOf(suite.file.filepath);
    for (const test of testsIn(suite)) {
      const hits = { ...coverage.perTest[nameOf(test)] };
      for (const [fault, count] of Object.entries(outside))
        hits[fault] = (hits[fault] ?? 0) + count;
      coverage.perTest[nameOf(test)] = Object.fromEntries(
        Object.entries(hits).filter(([fault]) => isAsked(fault)),
      );
    }
    coverage.static = {};
  });
}

/** Whether a fault is asked of the tests of a file. */
function askedOf(path: string): (fault: string) => boolean {
  const asked = process.env.TOKENSCOPE_MUTATE_ASKED;
  if (!asked) return () => true;
  const globs = JSON.parse(readFileSync(asked, 'utf8')) as Record<string, string[]>;
  const file = relative(join(import.meta.dirname, '../..'), path).replaceAll('\\', '/');
  return fault => {
    const own = globs[fault];
    return own?.length === 0 || Boolean(own?.some(glob => isLike(file, glob)));
  };
}

/** `*` stands for a name, or for a part of one. */
const isLike = (path: string, glob: string) =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`).test(path);

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
