// A program of the user's own that says whether a text is right: the text on its standard input, 0 as its exit code.
import { spawn } from 'node:child_process';
import { UserError } from '../../protocol/channel';

const LIMIT_MS = 10_000;

/** `command` and its arguments, without a shell. Throws `UserError` where it cannot be run or takes too long. */
export function isRightBy([command, ...args]: readonly string[], text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) =>
      reject(new UserError(`The checker "${command}" ${what}: see tokenscope.traces.checker.`));
    const child = spawn(command!, args, { stdio: ['pipe', 'ignore', 'ignore'], shell: false });
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
      resolve(code === 0);
    });
    // A program that does not read all of it is none the worse.
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}
