// What a model says of an insertion, however it came about: the probability of its bytes at the cursor, given those
// before it, over all the ways to cut them into tokens.
import type { ByteString } from '../exactBytes/byteString';
import { coverTree, noTrunk, settle, type CoverTree } from '../exactBytes/coverTree';
import { logSumOf } from '../exactBytes/logSum';
import type { TokenModel } from '../exactBytes/tokenModel';
import { massOf, nextByte, type NextByte, type ScoredTree } from '../exactBytes/nextByte';
import type { ByteRules } from '../exactBytes/byteRules';
import { TrunkRows, pathOf } from './trunkRows';

export interface TextLogprob {
  /** Nats: of the bytes behind those before them, whatever comes then. */
  readonly bytes: number;
  /** What comes then. */
  readonly next: NextByte;
}

/** Of `text` behind `before`, in one request to the model. Throws `InexactError`. */
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
  // All texts that begin with the whole begin with the tokens of both trunks.
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

/** Nats: of the bytes, and that a line ends behind them or the text does. */
export function lineLogprob({ bytes, next }: TextLogprob): number {
  return bytes + logSumOf([next.logprobs[0x0a]!, next.logprobs[0x0d]!, next.end]);
}
