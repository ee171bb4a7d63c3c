// What every part of the test run hands back, and how it is printed.
import { HostError } from './host/progress.mjs';

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

/** The output of a program that failed; the place where it was started says nothing more. */
export class ToolError extends Error {}

/**
 * Runs one check and prints its result.
 * @param {string} name
 * @param {() => Promise<void | string>} work returns what to print beside the name, throws what failed
 * @returns {Promise<Result>}
 */
export async function attempt(name, work) {
  const start = performance.now();
  /** @type {Result} */
  let result;
  try {
    const detail = await work();
    const title = detail ? `${name}: ${detail}` : name;
    result = { name: title, state: 'passed', ms: performance.now() - start };
  } catch (error) {
    result = { name, state: 'failed', ms: performance.now() - start, reason: reasonOf(error) };
  }
  print(result);
  return result;
}

/**
 * What to print of an error: its place, unless the message says all.
 * @param {unknown} error
 */
export function reasonOf(error) {
  if (error instanceof ToolError || error instanceof HostError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
