// The tokens of a text in units that no merge crosses: the tokenizer's pretokens, or words.
import { utf8Length } from '../../text/utf8';
import { scanGpt2 } from '../../tokenizer/patterns/gpt2';
import { PipelineTokenizer, type PipelineParts } from '../../tokenizer/pipelineTokenizer';
import type { Pretoken } from '../../tokenizer/tokenList';
import type { Encoding, Tokenizer } from '../../tokenizer/tokenizer';

export interface TokenUnits {
  /** [token] */
  readonly ids: ArrayLike<number>;
  /** [unit]; the index of its first token. Ascending; the first is 0 if there are tokens. */
  readonly starts: ArrayLike<number>;
}

/** Whether the tokenizer splits text at blanks before its model sees it; SentencePiece's kind does not. */
export function hasPretokens(tokenizer: Tokenizer): boolean {
  return encoded(tokenizer, 'a b').pretokens.length > 1;
}

/** A unit is a pretoken, or an added token. */
export function pretokenUnits(tokenizer: Tokenizer, text: string): TokenUnits {
  const { encoding, pretokens } = encoded(tokenizer, text);
  return { ids: encoding.ids, starts: startsOf(encoding, pretokens, () => false) };
}

/**
 * Units also end where GPT-2's pattern ends a word, with the blank before it, or a run of digits or signs (Radford et al.
 * 2019). Where a token goes across such an end, the words that it joins are one unit.
 */
export function wordUnits(tokenizer: Tokenizer, text: string): TokenUnits {
  const { encoding, pretokens } = encoded(tokenizer, text);
  const words = new Set<number>();
  for (let at = 0, bytes = 0; at < text.length;) {
    words.add(bytes);
    const end = scanGpt2(text, at, text.length);
    bytes += utf8Length(text, at, end);
    at = end;
  }
  const { byteStarts } = encoding;
  return {
    ids: encoding.ids,
    starts: startsOf(encoding, pretokens, token => words.has(byteStarts[token]!)),
  };
}

function encoded(tokenizer: Tokenizer, text: string) {
  if (!(tokenizer instanceof PipelineTokenizer)) throw new Error(`no pretokens: ${tokenizer.name}`);
  return (tokenizer as PipelineTokenizer<PipelineParts>).encodeByPretokens(text);
}

function startsOf(
  { ids }: Encoding,
  pretokens: readonly Pretoken[],
  isMore: (token: number) => boolean,
): Uint32Array {
  /** [token]: 1 inside a pretoken, but for its first token. */
  const continues = new Uint8Array(ids.length);
  for (const { first, end } of pretokens) continues.fill(1, first + 1, end);
  const starts: number[] = [];
  for (let i = 0; i < ids.length; i++) if (!continues[i] || isMore(i)) starts.push(i);
  return Uint32Array.from(starts);
}
