// A text in the server's own tokens, where no tokenizer of ours is known: pieces with log-probabilities, without ids.
import { UserError } from '../core/errors';
import { encodeUtf8 } from '../core/text/utf8';
import { alignPieces, type Piece, type SaidPiece } from './alignPieces';
import { RowChecks } from './checkRows';
import type { FoundServer } from './connect';

/** Throws `UserError` where the server names none, or they do not spell the text. */
export async function piecesOf(
  { title, client, pieces, cannot }: FoundServer,
  text: string,
  signal?: AbortSignal,
): Promise<Piece[]> {
  if (!pieces) {
    const why = cannot ?? 'It does not return the tokens of a text, so its tokenizer is needed';
    throw new UserError(`${client.host} is ${title}. ${why}.`);
  }
  const checks = new RowChecks(client, Infinity);
  const said = await pieces(client, text, signal);
  return alignPieces(said.map(checked), encodeUtf8(text), what => checks.wrong(what));

  function checked(piece: SaidPiece): SaidPiece {
    const of = piece.text === undefined ? 'of a piece' : `of ${JSON.stringify(piece.text)}`;
    const top = piece.top.map(({ text, logprob }) => ({
      text,
      logprob: checks.logprob(logprob, 'of an alternative'),
    }));
    top.sort((a, b) => b.logprob - a.logprob);
    checks.mass(top.map(({ logprob }) => logprob));
    if (piece.logprob === undefined || Number.isNaN(piece.logprob)) return { ...piece, top };
    return { ...piece, logprob: checks.logprob(piece.logprob, of), top };
  }
}

/**
 * As OpenAI's completions have log-probabilities of a text: a line of a file of saved ones. Pieces that are no text by
 * themselves are spelled as it does, bytes:\xe6\x97.
 */
export function savedPieces(model: string, text: string, pieces: readonly Piece[]): string {
  const number = (value: number) => (Number.isNaN(value) ? null : value);
  const logprobs = {
    tokens: pieces.map(({ bytes }) => spelled(bytes)),
    token_logprobs: pieces.map(({ logprob }) => number(logprob)),
    top_logprobs: pieces.map(({ top }) =>
      top.length === 0
        ? null
        : Object.fromEntries(top.map(({ bytes, logprob }) => [spelled(bytes), logprob])),
    ),
  };
  const choices = [{ index: 0, text, logprobs, finish_reason: 'length' }];
  return `${JSON.stringify({ object: 'text_completion', model, choices })}\n`;
}

function spelled(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  return `bytes:${[...bytes].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}
