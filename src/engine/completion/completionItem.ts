// A completion as views show it: its text, its tokens with alternatives, and its probability.
import { bytesOf, type ByteString } from '../../core/exactBytes/byteString';
import { InexactError } from '../../core/errors';
import type { CompletedToken, Completion } from '../../core/completion/completion';
import type { Prompt } from '../../core/completion/prompt';
import { lineLogprob, textLogprob } from '../../core/completion/textLogprob';
import type { LogprobRow, TokenModel } from '../../core/exactBytes/tokenModel';
import type { CompletionItem } from '../../protocol/completion';
import type { Model } from '../models/model';

/** Nats, over all tokenizations; null if the tokenizer is not exact. */
export async function logprobOf(
  model: Model,
  asked: TokenModel,
  { mode, open, begins }: Prompt,
  { written, stopReason }: Completion,
): Promise<number | null> {
  try {
    const isEnded = stopReason === 'end' || (stopReason === 'join' && mode !== 'none');
    const found = await textLogprob(model.byteRules, asked, open, written, begins);
    if (isEnded) return found.bytes + found.next.end;
    return stopReason === 'line' ? lineLogprob(found) : found.bytes;
  } catch (error) {
    if (error instanceof InexactError) return null;
    throw error;
  }
}

/** A completion with its tokens, each with its `alternatives` likeliest alternatives; `close`: that of its prompt. */
export function itemOf(
  model: Model,
  { insert, replaces, closes, stopReason, tokens }: Completion,
  close: string,
  logprob: number | null,
  alternatives: number,
): CompletionItem {
  const piece = (id: number) => ({ id, bytes: model.tokenizer.bytesOf(id).slice() });
  const listed = ({ id, logprob, row }: CompletedToken) => ({
    ...piece(id),
    logprob,
    top: likeliestOf(row, alternatives).map(id => ({ ...piece(id), logprob: row[id]! })),
  });
  return {
    insert: textOf(insert),
    replaces: replaces > 0 ? close.length : 0,
    closes: textOf(closes),
    logprob,
    stopReason,
    tokens: tokens.map(listed),
  };
}

/** The ids of the `count` largest, largest first. */
function likeliestOf(row: LogprobRow, count: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < row.length && count > 0; id++) {
    if (best.length === count && !(row[id]! > row[best.at(-1)!]!)) continue;
    const at = best.findIndex(other => row[other]! < row[id]!);
    best.splice(at < 0 ? best.length : at, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}

export function textOf(bytes: ByteString): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(bytes));
}
