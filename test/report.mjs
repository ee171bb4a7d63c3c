// What every part of the test run hands back, and how it is printed.

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {'passed' | 'failed' | 'skipped'} state
 * @property {number} ms
 * @property {string} [reason] of a failure or a skip
 */

const marks = { passed: '✓', failed: '✗', skipped: '-' };

/** @param {Result} result */
export function print({ name, state, ms, reason }) {
  const time =
    ms >= 1000 ? ` (${(ms / 1000).toFixed(1)} s)` : ms >= 50 ? ` (${Math.round(ms)} ms)` : '';
  console.log(`  ${marks[state]} ${name}${state === 'skipped' ? `: skipped, ${reason}` : time}`);
  if (state === 'failed' && reason) console.log(reason.replace(/^/gm, '      '));
}

/**
 * Runs one check and prints its result.
 * @param {string} name
 * @param {() => Promise<void>} work throws what failed
 * @returns {Promise<Result>}
 */
export async function attempt(name, work) {
  const start = performance.now();
  /** @type {Result} */
  let result;
  try {
    await work();
    result = { name, state: 'passed', ms: performance.now() - start };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    result = { name, state: 'failed', ms: performance.now() - start, reason };
  }
  print(result);
  return result;
}
