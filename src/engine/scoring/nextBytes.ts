// The exact probability of every next byte at a place in a text, beside what the common ways give.
import { byteStringOf, bytesOf, type ByteString } from '../../core/exactBytes/byteString';
import { windowStartAt } from '../../core/exactBytes/byteWindows';
import { ByteCursor } from '../../core/exactBytes/byteCursor';
import { expOf } from '../../core/exactBytes/exp';
import { logSumOf } from '../../core/exactBytes/logSum';
import type { LogprobRow, TokenModel } from '../../core/exactBytes/tokenModel';
import type { ByteRules } from '../../core/exactBytes/byteRules';
import type { NextBytesView } from '../../protocol/nextBytes';
import { windowingOf, type TextInBytes } from './byteScores';
import type { Model } from '../models/model';

export type Mode = 'e2' | 'e3';

/** In mode e3 nothing leaks. */
export interface NextBytes extends Omit<NextBytesView, 'biasBits' | 'ms'> {
  /**
   * [byte]: with the text's last token dropped, of the byte after it in a token that begins with it; where that
   * is the last token again, as naive. Null inside a character.
   */
  readonly healed: Float64Array | null;
  readonly heads: number;
}

/**
 * At byte `at` of a text. The model sees what comes before it in the window that it takes its surprisal from.
 * `lazy`: ways to cut the text with less than this share of its probability may be left out, and are `untested`;
 * probabilities are then lower bounds, and with `untested` added upper ones. Throws `InexactError`, `UserError`,
 * and `Cancelled` when aborted.
 */
export async function nextBytes(
  model: Model,
  text: TextInBytes,
  at: number,
  mode: Mode,
  signal?: AbortSignal,
  lazy = 0,
): Promise<NextBytes> {
  const rules = model.byteRules;
  const tokenModel = model.asTokenModel(signal);
  const start = windowStartAt(text.tokens, at, windowingOf(model, text));
  const begins = start === 0;
  const seen = text.bytes.subarray(start, at);
  const cursor = await ByteCursor.openAt(rules, tokenModel, seen, begins, lazy);
  const next = mode === 'e2' ? cursor.next() : cursor.nextRenormalised();
  const { trunk, nodes, heads } = cursor.tree;
  const { headMasses } = cursor;
  const logMass = logSumOf(headMasses);
  const opening = begins ? rules.opening : '';
  const trunkBytes = trunk.reduce((sum, id) => sum + rules.tokens.bytesOf(id)!.length, 0);
  const common = await commonWays(rules, tokenModel, cursor, opening + byteStringOf(seen), opening);
  return {
    exact: next.logprobs.map(Math.exp),
    naive: common?.naive ?? null,
    healed: common?.healed ?? null,
    end: Math.exp(next.end),
    leak: Math.exp(next.leak),
    untested: Math.exp(next.untested),
    nodes: cursor.evaluated,
    heads: heads.length,
    contextTokens: trunk.length,
    open: seen.slice(Math.max(0, trunkBytes - opening.length)),
    tree: nodes.slice(1).map(({ parent, token }) => ({
      parent: parent - 1,
      bytes: bytesOf(rules.tokens.bytesOf(token)!),
    })),
    covers: heads.map(({ node, rest }, i) => ({
      node: node - 1,
      rest: bytesOf(rest),
      share: Math.exp(headMasses[i]! - logMass),
    })),
  };
}

/** `text`: with its opening. What the cover tree has asked the model for is not asked again. */
async function commonWays(
  rules: ByteRules,
  tokenModel: TokenModel,
  cursor: ByteCursor,
  text: ByteString,
  opening: ByteString,
): Promise<{ naive: Float64Array; healed: Float64Array } | undefined> {
  const root = { parent: -1, token: -1 };
  if (text === opening) {
    const [row] = await tokenModel.rows([], [root], [0]);
    const naive = byNextByte(rules, row!, opening);
    return { naive, healed: naive };
  }
  const { trunk } = cursor;
  const open = rules.encode(text.slice(trunk.offset));
  const ids = open && [...trunk.tokens, ...open];
  const last = ids?.at(-1);
  if (!ids || last === undefined) return undefined;
  const rows = async () => {
    const nodes = [root, { parent: 0, token: last }];
    const [before, after] = await tokenModel.rows(ids.slice(0, -1), nodes, [0, 1]);
    return { before: before!, after: after! };
  };
  const { before, after } = cursor.rowsAround(ids) ?? (await rows());
  const naive = byNextByte(rules, after, '');
  const healed = byNextByte(rules, before, rules.tokens.bytesOf(last)!);
  const again = Math.exp(before[last]!);
  const total = healed.reduce((sum, p) => sum + p, again);
  return { naive, healed: healed.map((p, byte) => (p + again * naive[byte]!) / total) };
}

/** [byte]: the tokens that begin with `rest` and go on with the byte. */
function byNextByte({ tokens }: ByteRules, row: LogprobRow, rest: string): Float64Array {
  const sums = new Float64Array(256);
  if (rest === '') {
    for (let id = 0; id < tokens.idLimit; id++) {
      const first = tokens.firstByteOf(id);
      if (first >= 0) sums[first]! += expOf(row[id]!);
    }
    return sums;
  }
  const { start, end } = tokens.startingWith(rest);
  for (let place = start; place < end; place++) {
    const next = tokens.bytes[place]!.charCodeAt(rest.length);
    if (!Number.isNaN(next)) sums[next]! += expOf(row[tokens.ids[place]!]!);
  }
  return sums;
}
