// The user's own program that checks a text: it reads the text from standard input and exits with 0 if it is right.
import { Cancelled, UserError } from '../../core/errors';
import { spawnGroup } from './processGroup';

const LIMIT_MS = 10_000;

/**
 * Runs a command with its arguments, without a shell; when it is ended, so are the processes that it started. Throws
 * `UserError` if it cannot be run or takes more than `limitMs`, `Cancelled` when aborted.
 */
export function passesChecker(
  [command, ...args]: readonly string[],
  text: string,
  signal?: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Cancelled());
    const fail = (what: string) =>
      reject(new UserError(`The checker "${command}" ${what}: see tokenscope.traces.checker.`));
    const group = spawnGroup(command!, args, ['pipe', 'ignore', 'ignore']);
    const { child } = group;
    const stop = () => {
      group.kill();
      reject(new Cancelled());
    };
    signal?.addEventListener('abort', stop);
    const timer = setTimeout(() => {
      group.kill();
      fail(`took more than ${limitMs / 1000} seconds`);
    }, limitMs);
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
    child.stdin?.on('error', () => {});
    child.stdin?.end(text);
  });
}
