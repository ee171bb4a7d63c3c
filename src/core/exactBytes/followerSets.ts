// The tokens that may follow prefixes of one shape, as sets.
import { Bits } from './bits';
import { CUT_CLOSED, CUT_OPEN, JOINED_CLOSED, JOINED_OPEN } from './prefixSplits';
import type { SortedTokens } from './sortedTokens';
import type { Shapes } from './tokenShapes';

/** Tokens after prefixes of one shape, by how they may follow. */
export interface FollowerSets {
  /** Whatever the token before them is. */
  readonly cut: Bits;
  /** If they join it. */
  readonly joined: Bits;
  /** Perhaps, if something can follow that keeps them. */
  readonly open: readonly number[];
  /** The same, of those that have to join. */
  readonly openJoined: readonly number[];
}

/** `ways`: [shape], all of them; bits of `PrefixSplits.waysTo`. */
export function followerSets(tokens: SortedTokens, shapes: Shapes, ways: Uint8Array): FollowerSets {
  const cut = new Bits(tokens.idLimit);
  const joined = new Bits(tokens.idLimit);
  const open: number[] = [];
  const openJoined: number[] = [];
  const add = (token: number, own: number) => {
    if (own & CUT_CLOSED) cut.add(token);
    else if (own & JOINED_CLOSED) joined.add(token);
  };
  for (const token of tokens.ids) {
    const shape = shapes.of[token]!;
    if (shape < 0) continue;
    const own = ways[shape]!;
    add(token, own);
    if (own & CUT_CLOSED || !(own & (CUT_OPEN | JOINED_OPEN))) continue;
    const completed = shapes.completed.get(token);
    for (const longer of completed ?? []) add(token, ways[longer]!);
    if (cut.has(token) || completed?.length === 0) continue;
    if (own & CUT_OPEN) open.push(token);
    else if (!joined.has(token)) openJoined.push(token);
  }
  return { cut, joined, open, openJoined };
}
