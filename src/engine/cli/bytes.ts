// `tokenscope bytes`: the surprisal of every byte of a text that fits in the model's context.
import { InexactError } from '../../core/bytes/error';
import { documentBytes, type DocumentBytes } from '../../core/bytes/documentBytes';
import { logSumOf } from '../../core/bytes/logSum';
import { NATS_PER_BIT } from '../../core/scores';
import { spell } from '../../core/spell';
import { encodeUtf8 } from '../../core/utf8';
import { UserError } from '../../protocol/channel';
import { Document } from '../document';
import type { Model } from '../model';

const LISTED = 10;

/** The lines to print. */
export async function bytesOfText(
  model: Model,
  text: string,
  json: boolean,
): Promise<Iterable<string>> {
  const { contextTokens, name } = model.info;
  const tokens = model.tokenizer.encode(text).ids.length;
  // The start, and one token more where the tree is ahead of the text's own.
  if (tokens + 2 > contextTokens) {
    throw new InexactError(
      `The text has ${tokens} tokens, and ${name} sees ${contextTokens}: the bytes of longer texts are not ` +
        `scored yet; choose a part of the text`,
    );
  }
  const tokenModel = model.asTokenModel();
  if (tokenModel.ends.length === 0) {
    throw new UserError(
      `${name} has no token that ends a text: name one as "eos_token_id" in its config.json.`,
    );
  }
  const bytes = encodeUtf8(text);
  const found = await documentBytes(model.byteRules, tokenModel, bytes);
  const tokenNats = await tokenNatsOf(model, text);
  return json ? byteLines(bytes, found, tokenNats) : pretty(bytes, found, tokenNats, name);
}

/** What the text's tokens and its end cost together. */
async function tokenNatsOf(model: Model, text: string): Promise<number> {
  const document = new Document('text', 0, text);
  const signal = new AbortController().signal;
  await model.score(document, { visible: [], maxTokens: Infinity, signal, onScored: () => {} });
  const { ids, scores } = document.tokensBy(model.tokenizer);
  const tokenModel = model.asTokenModel();
  const [row] = await tokenModel.rows([...ids], [{ parent: -1, token: -1 }], [0]);
  const end = logSumOf(tokenModel.ends.map(id => row![id]!));
  return scores.logprobs.reduce((sum, logprob) => sum - logprob, -end);
}

function summaryOf({ surprisals, end, leaks }: DocumentBytes, tokenNats: number) {
  const total = surprisals.reduce((sum, surprisal) => sum + surprisal, end);
  return {
    eosBits: end / NATS_PER_BIT,
    totalBits: total / NATS_PER_BIT,
    tokenNllBits: tokenNats / NATS_PER_BIT,
    leakMax: leaks.reduce((most, leak) => Math.max(most, leak), 0),
    leakMean: leaks.reduce((sum, leak) => sum + leak, 0) / Math.max(1, leaks.length),
    windows: 1,
  };
}

function* byteLines(bytes: Uint8Array, found: DocumentBytes, tokenNats: number): Generator<string> {
  for (const [offset, byte] of bytes.entries()) {
    const surprisal = found.surprisals[offset]! / NATS_PER_BIT;
    yield `${JSON.stringify({ offset, byte: byte.toString(16).padStart(2, '0'), surprisal })}\n`;
  }
  yield `${JSON.stringify(summaryOf(found, tokenNats))}\n`;
}

function* pretty(
  bytes: Uint8Array,
  found: DocumentBytes,
  tokenNats: number,
  name: string,
): Generator<string> {
  const { surprisals } = found;
  const highest = [...surprisals.keys()].sort((a, b) => surprisals[b]! - surprisals[a]!);
  yield '   bits  at byte  byte\n';
  for (const at of highest.slice(0, LISTED)) {
    const bits = (surprisals[at]! / NATS_PER_BIT).toFixed(2).padStart(7);
    yield `${bits}  ${String(at).padStart(7)}  ${spell(bytes.subarray(at, at + 1))}\n`;
  }
  const { totalBits, tokenNllBits, eosBits, leakMax } = summaryOf(found, tokenNats);
  yield (
    `\n${bytes.length} bytes: ${totalBits.toFixed(3)} bits with the end (${eosBits.toFixed(3)}); ` +
    `its tokens: ${tokenNllBits.toFixed(3)} bits. Leak at most ${(100 * leakMax).toFixed(3)} % (${name})\n`
  );
}
