// Regular expressions of others. One can take for ever, so it runs in a thread that can be ended.
import { Worker } from 'node:worker_threads';
import { Cancelled, UserError } from '../core/errors';

const LIMIT_MS = 2_000;

/** In messages. */
export interface PatternWords {
  /** The subject: "The pattern for answers". */
  readonly what: string;
  /** What follows a colon or a comma: where it is set. */
  readonly where: string;
}

/**
 * What `script`, in plain JavaScript, returns: it is the body of a function of `pattern` and `texts`. Throws `UserError`
 * for an invalid pattern and for one that takes more than `LIMIT_MS`, `Cancelled` when aborted.
 */
export async function runPattern<T>(
  script: string,
  pattern: string,
  texts: readonly string[],
  { what, where }: PatternWords,
  signal: AbortSignal,
): Promise<T> {
  if (signal.aborted) throw new Cancelled();
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { pattern, texts } = workerData;
    parentPort.postMessage((() => { ${script} })());
  `;
  const worker = new Worker(code, { eval: true, workerData: { pattern, texts } });
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', error => {
        const isInvalid = error.name === 'SyntaxError';
        const invalid = `${what} is not valid (${error.message}): ${where}.`;
        reject(isInvalid ? new UserError(invalid) : error);
      });
      worker.once('online', () => {
        const late = `${what} took more than ${LIMIT_MS / 1000} seconds. Write a simpler one, ${where}.`;
        timer = setTimeout(() => reject(new UserError(late)), LIMIT_MS);
      });
      stop = () => reject(new Cancelled());
      signal.addEventListener('abort', stop);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
