// Progress for people: whatever takes more than a second says what it is, and how long it took.

/** The error of a step that failed for a reason outside this repository; its message says what to do next. */
export class HostError extends Error {}

/** @param {number} sinceMs */
const elapsed = sinceMs => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/**
 * Runs `work`; after a second prints its label, then every ten seconds the time gone by, then the end.
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const start = performance.now();
  let shown = false;
  const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
  const announce = () => {
    say(shown ? `  ${label}: ${elapsed(start)} ...` : `  ${label} ...`);
    shown = true;
  };
  const first = setTimeout(announce, 1000);
  const repeat = setInterval(announce, 10_000);
  try {
    const result = await work();
    if (shown) say(`  ${label}: done in ${elapsed(start)}`);
    return result;
  } catch (error) {
    if (shown) say(`  ${label}: failed after ${elapsed(start)}`);
    throw error;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
  }
}
