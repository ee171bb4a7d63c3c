// Runs vitest as a child with its usual output, and reads back what happened.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { repository } from './host/product.mjs';

const states = /** @type {const} */ ({ passed: 'passed', failed: 'failed' });

/**
 * @param {string[]} args files to run, or further options; none: all
 * @returns {Promise<import('./report.mjs').Result[]>}
 */
export async function runVitest(args) {
  const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-vitest-'));
  const report = join(scratch, 'report.json');
  const vitest = join(repository, 'node_modules', 'vitest', 'vitest.mjs');
  const options = [
    'run',
    '--config',
    'test/vitest.config.mjs',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const child = spawn(process.execPath, [vitest, ...options, ...args], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const kill = () => child.kill();
  process.once('exit', kill);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (!existsSync(report)) throw new Error(`vitest ended with code ${code} and left no report.`);
    const results = resultsOf(JSON.parse(readFileSync(report, 'utf8')));
    // Errors outside tests, such as an unhandled rejection, appear only in the exit code.
    if (code !== 0 && !results.some(({ state }) => state === 'failed')) {
      results.push({
        name: 'vitest',
        state: 'failed',
        ms: 0,
        reason: `ended with code ${code}: see above`,
      });
    }
    return results;
  } finally {
    process.off('exit', kill);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {{ testResults: { name: string, status: string, message: string, assertionResults: { fullName: string, status: string, duration?: number }[] }[] }} report
 * @returns {import('./report.mjs').Result[]}
 */
function resultsOf({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(repository, name);
    /** @type {import('./report.mjs').Result[]} */
    const results = assertionResults.map(test => {
      const state =
        test.status === 'passed' || test.status === 'failed' ? states[test.status] : 'skipped';
      const reason = state === 'skipped' ? 'the test skips itself' : 'see above';
      return { name: `${file}: ${test.fullName}`, state, ms: test.duration ?? 0, reason };
    });
    // A file that cannot be loaded, or whose set-up fails, has no failing test to count.
    if (status === 'failed' && !results.some(({ state }) => state === 'failed')) {
      results.push({ name: file, state: 'failed', ms: 0, reason: message });
    }
    return results;
  });
}
