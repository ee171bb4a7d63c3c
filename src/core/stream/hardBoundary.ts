// Where a text may be cut and its parts be encoded alone: no pretoken of the known patterns lies across, none
// before it would end elsewhere at the text's end, and none behind it looks back.
import { LETTER, SPACE, classAt, classes } from '../tokenizer/classes';

const BLANK = 0x20;
const LINE_FEED = 0x0a;

/**
 * Before a blank that follows something visible: every pattern begins a pretoken there, whatever follows. Or
 * behind a lone line end, before a letter: more white space before it would be divided otherwise at a text's
 * end, and what is no letter may belong to punctuation before the line end (o200k's `[\r\n/]*`). NFC changes
 * nothing across either: neither character composes with what stands before it.
 */
export function isHardBoundary(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  if (text.charCodeAt(at) === BLANK) return isVisibleBefore(text, at);
  return (
    text.charCodeAt(at - 1) === LINE_FEED &&
    isVisibleBefore(text, at - 1) &&
    classAt(classes, text, at, text.length) === LETTER
  );
}

/** The first hard boundary at or behind `from`, else the text's end. */
export function nextHardBoundary(text: string, from: number): number {
  let at = Math.max(from, 1);
  while (at < text.length && !isHardBoundary(text, at)) at++;
  return Math.min(at, text.length);
}

/** Every character of white space is one UTF-16 unit. */
function isVisibleBefore(text: string, at: number): boolean {
  return at > 0 && classes[text.charCodeAt(at - 1)] !== SPACE;
}
