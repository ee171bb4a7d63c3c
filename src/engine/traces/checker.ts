// The user's own program that checks a text: it reads the text from standard input and exits with 0 if it is right.
import { spawn } from 'node:child_process';
import { Cancelled, UserError } from '../../core/errors';

const LIMIT_MS = 10_000;

/**
 * Runs a command with its arguments, without a shell. Throws `UserError` if it cannot be run or takes more than
 * `LIMIT_MS`, `Cancelled` when aborted.
 */
export function passesChecker(
  [command, ...args]: readonly string[],
  text: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Cancelled());
    const fail = (what: string) =>
      reject(new UserError(`The checker "${command}" ${what}: see tokenscope.traces.checker.`));
    const child = spawn(command!, args, { stdio: ['pipe', 'ignore', 'ignore'], shell: false });
    const stop = () => {
      child.kill('SIGKILL');
      reject(new Cancelled());
    };
    signal?.addEventListener('abort', stop);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`took more than ${LIMIT_MS / 1000} seconds`);
    }, LIMIT_MS);
    child.on('error', error => {
      clearTimeout(timer);
      fail(`cannot be run (${error.message})`);
    });
    child.on('close', code => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(code === 0);
    });
    // A program need not read all of its input.
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
