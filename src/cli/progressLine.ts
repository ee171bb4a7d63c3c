// A line that says on a terminal what a command does, how far it is, and how long it still takes.
import { formatCount, formatDuration, formatProgress } from '../core/format';
import { showHidden } from '../core/showHidden';
import { formatTimeLeft, TimeLeft } from '../core/timeLeft';

/** Milliseconds before it appears, between two reports that are shown, and between two looks at the clock. */
const DELAY = 1000;
const INTERVAL = 100;
const TICK = 1000;

const CLEAR = '\r\x1b[K';

export type ReportProgress = (done: number, total: number) => void;

/** What is said of some work. */
export interface ProgressWords {
  /** While nothing is known of how far it is: 'opening the model'. */
  readonly doing: string;
  /** For example 'scored 12 of 300 tokens'. */
  of(done: number, total: number): string;
}

/** The part of a stream that is written to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Of the line that is shown now. */
let hide: (() => void) | undefined;

/** Takes the line away before something else is written to the terminal; the next report shows it again. */
export function hideProgress(): void {
  hide?.();
}

/**
 * Runs work that reports its progress, or only takes its time. The line appears on a terminal only, after a second, and is
 * removed when the work ends; a log file stays free of it.
 */
export async function withProgress<T>(
  words: ProgressWords,
  work: (report: ReportProgress) => Promise<T>,
  stream: ProgressStream = process.stderr,
): Promise<T> {
  if (!stream.isTTY) return work(() => {});
  const began = performance.now();
  const left = new TimeLeft();
  let next = began + DELAY;
  let said = '';
  let isShown = false;
  const show = (line: string) => {
    isShown = true;
    // The names in it come from files and servers.
    stream.write(`${CLEAR}${showHidden(line)}`);
  };
  const own = () => {
    if (isShown) stream.write(CLEAR);
    isShown = false;
  };
  const before = hide;
  hide = own;
  const timer = setInterval(() => {
    const elapsed = performance.now() - began;
    if (said === '' && elapsed >= DELAY) show(`${words.doing}, ${formatDuration(elapsed)}`);
  }, TICK);
  timer.unref();
  try {
    return await work((done, total) => {
      const now = performance.now();
      const time = formatTimeLeft(left.after(done, total, now));
      if (now < next) return;
      next = now + INTERVAL;
      said = `${words.of(done, total)}${time}`;
      show(said);
    });
  } finally {
    clearInterval(timer);
    own();
    hide = before;
  }
}

/** For example 'scored 12 of 3,000 tokens (0 %)'. */
export function formatScored(unit: string): ProgressWords {
  return {
    doing: `scoring ${unit}`,
    of: (done, total) =>
      `scored ${formatCount(done)} of ${formatCount(total)} ${unit} (${formatProgress(done, total)})`,
  };
}

/** For example 'read 12 %'. */
export const readingBytes: ProgressWords = {
  doing: 'reading',
  of: (done, total) => `read ${formatProgress(done, total)}`,
};
