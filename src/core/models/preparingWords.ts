// The progress of weights that are made ready to be mapped, in words: the same in a window and on the command line.
import { formatProgress } from '../format';
import { formatSize } from './modelWords';

/** `preparing its weights, once: 42 % of 538 MB`. `done`, `all`: in bytes. */
export function preparingWords(done: number, all: number): string {
  return `preparing its weights, once: ${formatProgress(done, all)} of ${formatSize(all)}`;
}
