// The engine that tests start, which writes down the faults whose place it comes by: StrykerJS knows of no process or
// thread but the one of the tests.
import { shareBundle } from '../support/engineBundle';

const banner = `{
  const log = process.env.TOKENSCOPE_MUTATE_COVERAGE;
  const seen = new Set();
  const set = (hits, fault, count) => {
    if (!seen.has(fault)) require('node:fs').appendFileSync(log, seen.add(fault) && fault + '\\n');
    hits[fault] = count;
    return true;
  };
  if (log) {
    globalThis.__stryker__ ??= {};
    globalThis.__stryker__.mutantCoverage = { perTest: {}, static: new Proxy({}, { set }) };
  }
}`;

export const setup = () => shareBundle(banner);
