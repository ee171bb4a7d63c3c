// A text under another tokenizer: how many tokens, which boundaries move, which words become whole or break. Figures of
// tokens alone: what a model does with them after a transfer (ZeTT, Minixhofer et al. 2024, arXiv:2405.07883), or how a
// model of the next generation does (CamemBERT 2.0, Antoun et al. 2024, arXiv:2411.08868), is not measured.
import type { Encoding } from '../../tokenizer/tokenizer';
import { WholeWords, WordRuns } from './wordRuns';

export interface Swap {
  /** Tokens under A and under B. */
  readonly first: number;
  readonly second: number;
  /** Boundaries inside the text: that both have, that only A or only B has. Tokens without bytes have none of their own. */
  readonly shared: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Longest runs of letters, marks and digits. */
  readonly words: number;
  /** Words inside one token of both, of B alone (they become whole), of A alone (they break). */
  readonly wholeInBoth: number;
  readonly becomeWhole: number;
  readonly break: number;
}

export const noSwap: Swap = {
  first: 0,
  second: 0,
  shared: 0,
  onlyFirst: 0,
  onlySecond: 0,
  words: 0,
  wholeInBoth: 0,
  becomeWhole: 0,
  break: 0,
};

/** A word that one of two tokenizers has inside one token. */
export interface ChangedWord {
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Whole under B, else under A. */
  readonly becomesWhole: boolean;
}

/** `words`: of the text, if they are known. `onWord` is called with each word that becomes whole or breaks. */
export function swapOf(
  text: string,
  a: Encoding,
  b: Encoding,
  words = new WordRuns(text),
  onWord?: (word: ChangedWord) => void,
): Swap {
  const { shared, onlyFirst, onlySecond } = boundariesOf(a.byteEnds, b.byteEnds);
  let [wholeInBoth, becomeWhole, broken] = [0, 0, 0];
  const [inFirst, inSecond] = [new WholeWords(a), new WholeWords(b)];
  for (let word = 0; word < words.count; word++) {
    const [from, to] = [words.fromOf(word), words.toOf(word)];
    const isFirst = inFirst.has(from, to);
    const isSecond = inSecond.has(from, to);
    if (isFirst && isSecond) wholeInBoth++;
    else if (isFirst) broken++;
    else if (isSecond) becomeWhole++;
    if (isFirst !== isSecond) {
      onWord?.({ start: words.startOf(word), end: words.endOf(word), becomesWhole: isSecond });
    }
  }
  const [first, second] = [a.ids.length, b.ids.length];
  const counts = { words: words.count, wholeInBoth, becomeWhole, break: broken };
  return { first, second, shared, onlyFirst, onlySecond, ...counts };
}

export function addSwaps(a: Swap, b: Swap): Swap {
  return {
    first: a.first + b.first,
    second: a.second + b.second,
    shared: a.shared + b.shared,
    onlyFirst: a.onlyFirst + b.onlyFirst,
    onlySecond: a.onlySecond + b.onlySecond,
    words: a.words + b.words,
    wholeInBoth: a.wholeInBoth + b.wholeInBoth,
    becomeWhole: a.becomeWhole + b.becomeWhole,
    break: a.break + b.break,
  };
}

/** Tokens under B ÷ tokens under A; null without tokens. */
export function swapRatio({ first, second }: Swap): number | null {
  return first > 0 ? second / first : null;
}

/** `ends`: byte offsets, not descending, the last one the end of the text, which is no boundary inside it. */
function boundariesOf(ends: Uint32Array, others: Uint32Array) {
  let [shared, onlyFirst, onlySecond] = [0, 0, 0];
  const end = ends.at(-1) ?? 0;
  const next = (list: Uint32Array, i: number) => {
    const at = list[i]!;
    while (list[i] === at) i++;
    return i;
  };
  // What is before the first byte is no boundary either.
  let i = ends[0] === 0 ? next(ends, 0) : 0;
  let j = others[0] === 0 ? next(others, 0) : 0;
  while (i < ends.length || j < others.length) {
    const [at, other] = [ends[i] ?? end, others[j] ?? end];
    if (at >= end && other >= end) break;
    if (at === other) shared++;
    else if (at < other) onlyFirst++;
    else onlySecond++;
    if (at <= other) i = next(ends, i);
    if (other <= at) j = next(others, j);
  }
  return { shared, onlyFirst, onlySecond };
}
