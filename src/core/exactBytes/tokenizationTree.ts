// The covers of a text in all tokenizations of its last pretoken, canonical or not (Vieira et al. 2025, arXiv
// 2412.03719): the unrestricted model, which may spell a text in any way.
import type { ByteString } from './byteString';
import { treeOf, type CoverTree } from './coverTree';
import type { Trunk } from './trunk';
import { InexactError } from '../errors';
import type { Acceptance } from './nextTokenClasses';
import type { ByteRules } from './byteRules';
import { TokenPrefix } from './tokenPrefix';

export const everyTokenisation: Acceptance = {
  follower: () => () => true,
  followers: () => ({ has: () => true }),
  endsText: () => true,
};

/** The number of nodes doubles with every byte. */
const MAX_NODES = 1000;

/** Before the last pretoken, where all splits of the text agree, the tokens are canonical. */
export function tokenisationTree(rules: ByteRules, bytes: ByteString, trunk: Trunk): CoverTree {
  const tail = bytes.slice(trunk.offset);
  const { boundaries } = rules;
  const splits = boundaries.coverBoundariesFor?.(tail) ?? boundaries.boundariesFor(tail);
  const [first = [], ...others] = splits.map(ends => ends.filter(end => end < tail.length));
  let root = TokenPrefix.empty;
  for (const [i, end] of first.entries()) {
    if (others.some(ends => ends[i] !== end)) break;
    for (const token of rules.merge(tail.slice(root.bytes.length, end))) {
      root = rules.canonical.extend(root, token);
    }
  }
  const paths = [root];
  for (const path of paths) {
    const from = path.bytes.length;
    for (let to = from + 1; to <= Math.min(tail.length, from + rules.tokens.longest); to++) {
      for (const token of rules.tokens.idsOf(tail.slice(from, to))) {
        paths.push(rules.canonical.extend(path, token));
      }
    }
    if (paths.length > MAX_NODES) {
      throw new InexactError(
        `The text before byte ${bytes.length} has over ${MAX_NODES} tokenisations since byte ` +
          `${trunk.offset + root.bytes.length}: sum the canonical ones (e2)`,
      );
    }
  }
  const live = paths.filter(path => {
    const rest = tail.slice(path.bytes.length);
    const { start, end } = rules.tokens.startingWith(rest);
    // A token that equals the rest leads to another path.
    return rest === '' || end - start > rules.tokens.idsOf(rest).length;
  });
  return treeOf(trunk.tokens, root, live, tail);
}
