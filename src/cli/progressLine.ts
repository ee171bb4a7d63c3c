// A line that counts up on a terminal.

/** Milliseconds before it appears, and between its updates. */
const DELAY = 1000;
const INTERVAL = 100;

export type ReportProgress = (done: number, total: number) => void;

/** The part of a stream that is written to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Runs work that reports its progress. The line appears on a terminal only, after a second, and is removed when the work
 * ends; a log file stays free of it.
 */
export async function withProgress<T>(
  format: (done: number, total: number) => string,
  work: (report: ReportProgress) => Promise<T>,
  stream: ProgressStream = process.stderr,
): Promise<T> {
  let next = performance.now() + DELAY;
  let isShown = false;
  try {
    return await work((done, total) => {
      const now = performance.now();
      if (!stream.isTTY || now < next) return;
      next = now + INTERVAL;
      isShown = true;
      stream.write(`\r\x1b[K${format(done, total)}`);
    });
  } finally {
    if (isShown) stream.write('\r\x1b[K');
  }
}

/** For example 'scored 12 of 300 tokens'. */
export function formatScored(unit: string): (done: number, total: number) => string {
  return (done, total) => `scored ${done} of ${total} ${unit}`;
}
