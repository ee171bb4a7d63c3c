// One process at a time writes a file: a second one would continue what the first has not finished.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UserError } from '../core/errors';

/** Throws `UserError` where another process works under the same lock. `what`: is downloaded, in messages. */
export async function withLock<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  await lock(path, what);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function lock(path: string, what: string, isSecondTry = false): Promise<void> {
  try {
    await writeFile(path, `${process.pid} ${hostname()}`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = await readFile(path, 'utf8').catch(() => '');
    if (isSecondTry || !isGone(holder))
      throw new UserError(
        `${what} is being downloaded by another process (${holder || 'which just began'}). Wait for it, or delete ${path} if there is none.`,
      );
    await rm(path, { force: true });
    await lock(path, what, true);
  }
}

/** Whether the process ended without unlocking; of another machine nobody knows. */
function isGone(holder: string): boolean {
  const [pid, host] = holder.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
