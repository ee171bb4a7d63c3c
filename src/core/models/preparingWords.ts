// The progress of weights that are made ready to be mapped, in words: the same in a window and on the command line.
import { formatProgress, formatTimeLeft } from '../format';
import { formatSize } from './modelWords';

/** `writing its weights as they are mapped, once: 42 % of 538 MB, about 12 s left`. `done`, `all`: in bytes. */
export function preparingWords(done: number, all: number, elapsedMs: number): string {
  const left = done < all ? formatTimeLeft(done, all, elapsedMs) : '';
  return [
    `writing its weights as they are mapped, once: ${formatProgress(done, all)} of ${formatSize(all)}`,
    left,
  ]
    .filter(Boolean)
    .join(', ');
}
