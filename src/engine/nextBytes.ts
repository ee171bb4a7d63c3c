// The exact probability of every next byte at a place in a text, beside what the common ways give.
import { byteStringOf, bytesOf } from '../core/bytes/byteString';
import { ByteCursor } from '../core/bytes/cursor';
import type { Row, TokenModel } from '../core/bytes/model';
import type { ByteRules } from '../core/bytes/rules';
import { firstInvalidUtf8 } from '../core/utf8';
import { windowsOf } from '../core/windows';
import type { NextBytesView } from '../protocol/engine';
import { TREE_TOKENS, type Model } from './model';

export type Mode = 'e2' | 'e3';

/** In mode e3 nothing leaks. */
export interface NextBytes extends Omit<NextBytesView, 'biasBits' | 'ms'> {
  /**
   * [byte]: with the text's last token dropped, of the byte behind it in a token that begins with it; where that
   * is the last token again, as naive. Null inside a character.
   */
  readonly healed: Float64Array | null;
  readonly heads: number;
}

/**
 * What the model sees of `bytes` begins like a window of a longer text. Throws `InexactError`, `UserError`,
 * and `Cancelled` when aborted.
 */
export async function nextBytes(
  model: Model,
  bytes: Uint8Array,
  mode: Mode,
  signal?: AbortSignal,
): Promise<NextBytes> {
  const rules = model.byteRules;
  const tokenModel = model.asTokenModel(signal);
  const seen = bytes.subarray(startOfContext(model, bytes));
  const cursor = await ByteCursor.at(rules, tokenModel, seen);
  const next = mode === 'e2' ? cursor.next() : cursor.nextRenormalised();
  const { trunk, nodes, heads } = cursor.tree;
  const { logMass, headMasses } = cursor;
  const contextBytes = trunk.reduce((sum, id) => sum + rules.tokens.bytesOf(id)!.length, 0);
  const common = await commonWays(rules, tokenModel, model, seen);
  return {
    exact: next.logprobs.map(Math.exp),
    naive: common?.naive ?? null,
    healed: common?.healed ?? null,
    end: Math.exp(next.end),
    leak: Math.exp(next.leak),
    untested: Math.exp(next.untested),
    nodes: nodes.length,
    heads: heads.length,
    contextTokens: trunk.length,
    open: seen.slice(contextBytes),
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

/** In bytes: where the last window of the text's scores begins. */
function startOfContext(model: Model, bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const { ids, byteStarts } = model.tokenizer.encode(text);
  const context = Math.max(1, model.info.contextTokens - TREE_TOKENS);
  const windows = windowsOf(ids.length, context, token => model.endsLine(ids[token]!));
  return byteStarts[windows.at(-1)?.start ?? 0] ?? 0;
}

async function commonWays(
  rules: ByteRules,
  tokenModel: TokenModel,
  { tokenizer }: Model,
  bytes: Uint8Array,
): Promise<{ naive: Float64Array; healed: Float64Array } | undefined> {
  if (firstInvalidUtf8(bytes) >= 0) return undefined;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const ids = [...tokenizer.encode(text).ids];
  const root = { parent: -1, token: -1 };
  const last = ids.pop();
  if (last === undefined) {
    const [row] = await tokenModel.rows([], [root], [0]);
    const naive = byNextByte(rules, row!, '');
    return { naive, healed: naive };
  }
  const [before, after] = await tokenModel.rows(ids, [root, { parent: 0, token: last }], [0, 1]);
  const naive = byNextByte(rules, after!, '');
  const healed = byNextByte(rules, before!, byteStringOf(tokenizer.bytesOf(last)));
  const again = Math.exp(before![last]!);
  const total = healed.reduce((sum, p) => sum + p, again);
  return { naive, healed: healed.map((p, byte) => (p + again * naive[byte]!) / total) };
}

/** [byte]: the tokens that begin with `rest` and go on with the byte. */
function byNextByte({ tokens }: ByteRules, row: Row, rest: string): Float64Array {
  const sums = new Float64Array(256);
  const { start, end } = tokens.startingWith(rest);
  for (let place = start; place < end; place++) {
    const next = tokens.bytes[place]!.charCodeAt(rest.length);
    if (!Number.isNaN(next)) sums[next]! += Math.exp(row[tokens.ids[place]!]!);
  }
  return sums;
}
