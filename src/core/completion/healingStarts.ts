// Where a completion may begin (token healing): a small tree of tokens that spell the bytes before the cursor, or most
// of them.
//
//   exact      every tokenization of the text at the cursor, whatever follows it (the cover tree);
//   one-token  the text's tokens without the last one; then a token that begins with its bytes, or the same one;
//   none       the text's tokens unchanged.
import { bytesOf, type ByteString } from '../exactBytes/byteString';
import { coverTree, settle } from '../exactBytes/coverTree';
import { noTrunk } from '../exactBytes/trunk';
import type { PathNode } from '../exactBytes/tokenModel';
import type { ByteRules } from '../exactBytes/byteRules';
import type { SortedTokens } from '../exactBytes/sortedTokens';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { anyTokens, CanonicalTokens, type Continuations } from './continuations';
import { encodeContinuation } from './encodeContinuation';

export type Healing = 'exact' | 'one-token' | 'none';
export const healings: readonly Healing[] = ['exact', 'one-token', 'none'];

export interface HealingNode extends PathNode {
  /** What may follow the path. */
  readonly next: Continuations;
}

export interface HealingHead {
  /** Index of the node at which the path ends. */
  readonly node: number;
  /** The bytes between the path and the cursor. The next token begins with them and is longer. */
  readonly rest: ByteString;
}

export interface HealingStarts {
  /** The tokens after the prompt's root. */
  readonly trunk: readonly number[];
  /** Nodes after their parents; the first is the end of the trunk and has no token (-1). */
  readonly nodes: readonly HealingNode[];
  readonly heads: readonly HealingHead[];
  /** The bytes between the trunk and the cursor, which are rolled back: the model writes them again. */
  readonly rolledBack: ByteString;
  /** The tokens after the trunk for the rolled-back bytes followed by `bytes`, with the text ending there. */
  encode(bytes: ByteString): number[];
}

/** The starts at the end of `text`; `begins`: whether it is the beginning of a text. Throws `InexactError`. */
export function exactStarts(rules: ByteRules, text: ByteString, begins = true): HealingStarts {
  rules.check(text, 0, begins);
  const open = (begins ? rules.opening : '') + text;
  const settled = settle(rules, open, noTrunk);
  const tree = coverTree(rules, open, settled);
  const tail = open.slice(settled.offset);
  const shared = tree.trunk.slice(settled.tokens.length);
  const sharedBytes = shared.reduce((sum, id) => sum + rules.tokens.bytesOf(id)!.length, 0);
  return {
    trunk: tree.trunk,
    nodes: tree.nodes.map(({ parent, token, prefix }) => ({
      parent,
      token,
      next: new CanonicalTokens(rules, prefix),
    })),
    heads: tree.heads,
    rolledBack: tail.slice(sharedBytes),
    encode: bytes => {
      const whole = tail + bytes;
      const ends = rules.pretokenEnds(whole, 0);
      const tokens = ends.flatMap((end, i) => rules.merge(whole.slice(ends[i - 1] ?? 0, end)));
      return tokens.slice(shared.length);
    },
  };
}

/** The starts without the last token, or with all. `open` is valid UTF-8; `begins`: whether it is the beginning of a text. */
export function commonStarts(
  tokenizer: Tokenizer,
  tokens: SortedTokens,
  open: ByteString,
  healing: 'one-token' | 'none',
  begins = true,
): HealingStarts {
  const idsOf = (bytes: ByteString, begins: boolean) => {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(bytes));
    return begins ? [...tokenizer.encode(text).ids] : encodeContinuation(tokenizer, text);
  };
  const ids = idsOf(open, begins);
  const next = anyTokens(tokens);
  const root = { parent: -1, token: -1, next };
  const last = healing === 'one-token' ? ids.pop() : undefined;
  // What is not text, as the name of a mark, stays: no token begins with its bytes.
  const rest = (last !== undefined && tokens.bytesOf(last)) || '';
  const isHealed = last !== undefined && rest !== '' && open.endsWith(rest);
  if (last !== undefined && !isHealed) ids.push(last);
  return {
    trunk: ids,
    nodes: isHealed ? [root, { parent: 0, token: last, next }] : [root],
    heads: isHealed
      ? [
          { node: 0, rest },
          { node: 1, rest: '' },
        ]
      : [{ node: 0, rest: '' }],
    rolledBack: isHealed ? rest : '',
    encode: bytes => idsOf(isHealed ? rest + bytes : bytes, begins && ids.length === 0),
  };
}
