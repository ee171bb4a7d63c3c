// The normalizer of SentencePiece (Kudo and Richardson 2018; normalizer.cc), which looks at a whole text: replacements by
// the longest match, then white space. Spaces stay spaces here; a U+2581 of the text, which counts as one, becomes one.
import { METASPACE, isHighSurrogate, isLowSurrogate } from '../../text/characters';
import type { ReplacementTable } from './precompiled';
import type { Rewrite } from './rewrite';

export interface SentencePieceRules {
  readonly table: ReplacementTable | undefined;
  /** Matches of these are left as they are, the longest first. */
  readonly symbols: readonly string[];
  readonly addDummyPrefix: boolean;
  readonly removeExtraSpaces: boolean;
}

/** What text[start, end) becomes. */
interface Chunk {
  readonly start: number;
  readonly end: number;
  text: string;
}

export function sentencePieceNormalizer(rules: SentencePieceRules): Rewrite {
  const { addDummyPrefix, removeExtraSpaces } = rules;
  const next = chunkReader(rules);
  return text => {
    const chunks: Chunk[] = [];
    let at = 0;
    const skip = (to: number) => {
      if (to > at) chunks.push({ start: at, end: to, text: '' });
      at = to;
    };
    if (removeExtraSpaces) {
      let until = 0;
      for (let chunk; until < text.length && (chunk = next(text, until)).text === ' ';)
        until = chunk.end;
      skip(until);
    }
    let follows = removeExtraSpaces; // a space is before
    if (at < text.length && addDummyPrefix) chunks.push({ start: at, end: at, text: ' ' });
    while (at < text.length) {
      const chunk = next(text, at);
      if (follows) chunk.text = chunk.text.replace(/^ +/, '');
      if (chunk.text !== '') follows = removeExtraSpaces && chunk.text.endsWith(' ');
      chunks.push(chunk);
      at = chunk.end;
    }
    for (const chunk of chunks) chunk.text = chunk.text.replaceAll(METASPACE, ' ');
    for (let i = chunks.length - 1; removeExtraSpaces && i >= 0; i--) {
      chunks[i]!.text = chunks[i]!.text.replace(/ +$/, '');
      if (chunks[i]!.text !== '') break;
    }
    return chunks.filter(({ start, end, text: to }) => to !== text.slice(start, end));
  };
}

function chunkReader({ table, symbols }: SentencePieceRules): (text: string, at: number) => Chunk {
  const longestFirst = [...symbols].sort((a, b) => b.length - a.length);
  const byFirst = new Map<string, string[]>();
  for (const symbol of longestFirst) {
    byFirst.set(symbol[0]!, [...(byFirst.get(symbol[0]!) ?? []), symbol]);
  }
  return (text, at) => {
    const symbol = byFirst.get(text[at]!)?.find(each => text.startsWith(each, at));
    if (symbol !== undefined) return { start: at, end: at + symbol.length, text: symbol };
    const found = table?.longestAt(text, at);
    if (found) return { start: at, ...found };
    const isPair = isHighSurrogate(text.charCodeAt(at)) && isLowSurrogate(text.charCodeAt(at + 1));
    const end = at + (isPair ? 2 : 1);
    return { start: at, end, text: text.slice(at, end) };
  };
}
