// Files that nobody made with good intent, of every kind that is opened: each is read or refused in one clear line, within
// limits of time and memory. `npm run prove -- hostile` tries all of them, `SEED=` others, and `KIND=` those of one kind.
import { expect, test } from 'vitest';
import { kindOf } from '../support/hostile/kinds';
import { LIMIT_BYTES, LIMIT_MS, runCases, type Run } from '../support/hostile/runCases';
import { sampleOf, seedOr } from '../support/seed';

const CASES = Number(process.env.CASES ?? sampleOf(150, 10_000));

test(
  `${CASES} changed files are read or refused`,
  async () => {
    const seed = seedOr(1);
    const { CASE: only, KIND: kind } = process.env;
    const all = Array.from({ length: CASES }, (_, number) => number);
    const ofKind = kind ? all.filter(number => kindOf(number) === kind) : all;
    const numbers = only ? [Number(only)] : ofKind;
    const begun = performance.now();
    const run = await runCases(seed, numbers);
    console.log(`${tableOf(run)}in ${Math.round((performance.now() - begun) / 1000)} s`);
    expect(run.failures.join('\n')).toBe('');
    expect(run.answers.length).toBe(numbers.length);
  },
  2 * 60 * 60_000,
);

/** For people: what became of the files of each kind. */
function tableOf({ answers, slowness }: Run): string {
  const kinds = [...new Set(answers.map(({ kind }) => kind))].sort();
  const rows = kinds.map(kind => {
    const own = answers.filter(answer => answer.kind === kind);
    const count = (outcome: string) => own.filter(answer => answer.outcome === outcome).length;
    const most = (of: 'ms' | 'cpuMs' | 'grownBytes') => Math.max(...own.map(each => each[of]));
    const slowest = own.find(({ cpuMs }) => cpuMs === most('cpuMs'))!;
    return (
      `${kind}: ${own.length} files, ${count('result')} read, ${count('refusal')} refused, ` +
      `${count('defect')} otherwise; at most ${Math.round(most('ms'))} ms (${Math.round(slowest.cpuMs)} ms of processors, case ${slowest.number}), ${most('grownBytes') >> 20} MB\n`
    );
  });
  return (
    `${rows.join('')}limits ${Math.round(LIMIT_MS * slowness)} ms and ${LIMIT_BYTES >> 20} MB a file, ` +
    `a machine ${slowness.toFixed(1)} times slower than a quiet one; `
  );
}
