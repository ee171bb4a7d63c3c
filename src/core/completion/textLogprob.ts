// The exact log-probability of an inserted text, wherever it came from: of its bytes at the cursor, given those before
// it, summed over all tokenizations.
import type { ByteString } from '../exactBytes/byteString';
import { coverTree, settle, type CoverTree } from '../exactBytes/coverTree';
import { noTrunk } from '../exactBytes/trunk';
import { logSumOf } from '../exactBytes/logSum';
import type { TokenModel } from '../exactBytes/tokenModel';
import { massOf, nextByte, type NextByte, type ScoredTree } from '../exactBytes/nextByte';
import type { ByteRules } from '../exactBytes/byteRules';
import { TrunkRows, pathOf } from './trunkRows';
import { CARRIAGE_RETURN, LINE_FEED } from '../text/characters';

export interface TextLogprob {
  /** Nats: of the inserted bytes, given those before them, whatever follows. */
  readonly bytes: number;
  /** The distribution after them. */
  readonly next: NextByte;
}

/** The log-probability of `text` after `before`, in one request to the model. Throws `InexactError`. */
export async function textLogprob(
  rules: ByteRules,
  model: TokenModel,
  before: ByteString,
  text: ByteString,
  begins = true,
): Promise<TextLogprob> {
  rules.check(before + text, 0, begins);
  const open = (begins ? rules.opening : '') + before;
  const settled = settle(rules, open, noTrunk);
  const first = coverTree(rules, open, settled);
  const whole = open + text;
  const after = coverTree(rules, whole, settle(rules, whole, settled));
  const rows = new TrunkRows(model, first.trunk);
  // Every text that begins with the whole begins with the tokens of both trunks.
  const between = after.trunk.slice(first.trunk.length);
  const trunkPaths = between.map((_, n) => between.slice(0, n));
  const treePaths = ({ nodes }: CoverTree, from: readonly number[]) =>
    nodes.map((_, node) => [...from, ...pathOf(nodes, node)]);
  await rows.rowsOfPaths([...treePaths(first, []), ...trunkPaths, ...treePaths(after, between)]);
  const logprobOf = (path: readonly number[]) =>
    path.reduce((sum, id, i) => sum + rows.known(path.slice(0, i))![id]!, 0);
  const scored = (tree: CoverTree, from: readonly number[]): ScoredTree => {
    const paths = treePaths(tree, from);
    return {
      tree,
      rows: paths.map(path => rows.known(path)!),
      logprobs: paths.map(logprobOf),
      ends: new Set(model.ends),
    };
  };
  const last = scored(after, between);
  return {
    bytes: massOf(rules, last) - massOf(rules, scored(first, [])),
    next: nextByte(rules, last),
  };
}

/** Nats: of the bytes, followed by a line end or the end of the text. */
export function lineLogprob({ bytes, next }: TextLogprob): number {
  return bytes + logSumOf([next.logprobs[LINE_FEED]!, next.logprobs[CARRIAGE_RETURN]!, next.end]);
}
