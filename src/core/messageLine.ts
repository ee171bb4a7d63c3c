// Messages hold names and texts of files that others made.
import { showHidden } from './showHidden';

/** Characters. What is longer is not read by anybody, and hides what is said after it. */
const MOST = 1000;
const END = 200;

/** A message as one line of readable length: hidden characters are made visible, the middle of a long one is left out. */
export function messageLine(message: string): string {
  return shortened(showHidden(shortened(message)));
}

function shortened(text: string): string {
  if (text.length <= MOST) return text;
  return `${text.slice(0, MOST - END)} … ${text.slice(-END)}`;
}
