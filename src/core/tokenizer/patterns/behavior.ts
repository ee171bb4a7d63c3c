// How a pre_tokenizer of Rust `tokenizers` splits at matches of its pattern (`SplitDelimiterBehavior`).
import { codePointAt } from '../unicode/classes';
import type { Match, Scan } from './scan';

export const behaviors: ReadonlyMap<unknown, (match: Match) => Scan> = new Map([
  ['Isolated', isolated],
  ['MergedWithPrevious', mergedWithPrevious],
  ['MergedWithNext', mergedWithNext],
  ['Contiguous', contiguous],
]);

/** Each match is a piece of its own. */
function isolated(match: Match): Scan {
  return (text, from, to) => {
    const end = match(text, from, to);
    return end > from ? end : gapEnd(match, text, from, to);
  };
}

/** A match joins the text before it, unless that is a match. */
function mergedWithPrevious(match: Match): Scan {
  return (text, from, to) => {
    const end = match(text, from, to);
    if (end > from) return end;
    const gap = gapEnd(match, text, from, to);
    return gap < to ? match(text, gap, to) : to;
  };
}

/** A match joins the text after it, unless that is a match. */
function mergedWithNext(match: Match): Scan {
  return (text, from, to) => {
    const end = match(text, from, to);
    if (end === to || (end > from && match(text, end, to) > end)) return end;
    return gapEnd(match, text, end, to);
  };
}

/** Adjacent matches form one piece. */
function contiguous(match: Match): Scan {
  return (text, from, to) => {
    let end = match(text, from, to);
    if (end === from) return gapEnd(match, text, from, to);
    for (let next = end; end < to && (next = match(text, end, to)) > end;) end = next;
    return end;
  };
}

/** Where the next match begins, or `to`; none begins at `from`. */
function gapEnd(match: Match, text: string, from: number, to: number): number {
  for (let at = from; at < to;) {
    at += codePointAt(text, at, to) > 0xffff ? 2 : 1;
    if (at < to && match(text, at, to) > at) return at;
  }
  return to;
}
