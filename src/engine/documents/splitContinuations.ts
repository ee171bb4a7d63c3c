// What the tokens of a pretoken would be if something else followed it.
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Continuation } from '../../protocol/split';
import { tokenPiece } from './tokenPiece';

/** Continuations to try: each joins some pretokens and starts a new one after others. */
const TYPICAL_NEXT = ['s', '1', ' ', '_', '.', '\n'];

type Wanted = Pick<Continuation, 'text' | 'origin'>;

/**
 * `prefix` ends with the pretoken, which starts at byte `byteStart` of it. `following`: the text after it in the
 * document; `typed`: a continuation of the user's. Either may be empty. Equal continuations are listed once.
 */
export function continuationsOf(
  tokenizer: Tokenizer,
  prefix: string,
  byteStart: number,
  following: string,
  typed: string,
): Continuation[] {
  const wanted: Wanted[] = [
    { text: firstCharacter(following), origin: 'text' },
    { text: typed, origin: 'typed' },
    ...TYPICAL_NEXT.map(text => ({ text, origin: 'telling' as const })),
  ];
  const alone = tokenizer.encode(prefix);
  const first = Math.max(
    0,
    alone.byteStarts.findIndex(start => start >= byteStart),
  );
  const continuationOf = ({ text, origin }: Wanted): Continuation => {
    const { ids } = text ? tokenizer.encode(prefix + text) : alone;
    let same = 0;
    while (same < ids.length && ids[same] === alone.ids[same]) same++;
    const begin = Math.min(first, same);
    const tokens = Array.from(ids.subarray(begin), id => tokenPiece(tokenizer, id));
    return { text, origin, tokens, kept: same - begin };
  };
  const isNew = ({ text }: Wanted, i: number) =>
    text !== '' && wanted.findIndex(other => other.text === text) === i;
  return [{ text: '', origin: 'end' as const }, ...wanted.filter(isNew)].map(continuationOf);
}

function firstCharacter(text: string): string {
  return text === '' ? '' : String.fromCodePoint(text.codePointAt(0)!);
}
