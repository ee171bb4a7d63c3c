// The user's own pattern for answers. A regular expression can take for ever, so it runs in a thread that can be ended.
import { Worker } from 'node:worker_threads';
import { Cancelled, UserError } from '../../core/errors';

const LIMIT_MS = 2_000;
const SETTING = 'see tokenscope.traces.answerPattern';

/** In plain JavaScript, because it is a script of its own: the first group of the last match, or all of it. */
const SCRIPT = `
  const { parentPort, workerData } = require('node:worker_threads');
  const pattern = new RegExp(workerData.pattern, 'gm');
  parentPort.postMessage(
    workerData.texts.map(text => {
      let last;
      for (const match of text.matchAll(pattern)) last = match;
      return (last?.[1] ?? last?.[0])?.trim() || undefined;
    }),
  );
`;

/**
 * The answer of each text, undefined where there is none. Throws `UserError` for an invalid pattern and for one that
 * takes more than `LIMIT_MS`, `Cancelled` when aborted.
 */
export async function answersByPattern(
  pattern: string,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  if (signal.aborted) throw new Cancelled();
  if (texts.length === 0) return [];
  const worker = new Worker(SCRIPT, { eval: true, workerData: { pattern, texts } });
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', error => {
        const isInvalid = error.name === 'SyntaxError';
        const invalid = `The pattern for answers is not valid (${error.message}): ${SETTING}.`;
        reject(isInvalid ? new UserError(invalid) : error);
      });
      worker.once('online', () => {
        const late = `The pattern for answers took more than ${LIMIT_MS / 1000} seconds: write a simpler one, ${SETTING}.`;
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
