// A text in the tokens of a server, whose tokenizer is not known here: what `inspect --tokenizer none` prints.
import { displayToken } from '../core/displayToken';
import { formatBits, formatNumberOf } from '../core/format';
import { NATS_PER_BIT } from '../core/lenses/scores';
import { listedIndex, savedUncertainty } from '../core/traces/savedUncertainty';
import { TraceText } from '../core/traces/traceText';
import { UserError } from '../core/errors';
import { hex, numberOrNull } from '../engine/documents/tokenJson';
import { isServerAddress } from '../servers/address';
import type { Piece } from '../servers/alignPieces';
import { findServer } from '../servers/connect';
import { piecesOf } from '../servers/pieces';
import { send } from './servers';
import { tableLines } from './tableLines';

/** Of the server that `model` names. Throws `UserError` where it names no tokens. */
export async function serverPieces(
  model: string | undefined,
  text: string,
  signal: AbortSignal,
): Promise<Piece[]> {
  if (model === undefined || !isServerAddress(model))
    throw new UserError(
      '--tokenizer none shows the tokens of a server. Give its address with --model.',
    );
  return piecesOf(await findServer(model, send, signal), text, signal);
}

/**
 * The fields of `inspect`, with at most `topK` alternatives; `id`, `rank` of what is not listed, `varentropy` and `context`
 * are not known.
 */
export function* pieceLines(
  text: string,
  pieces: readonly Piece[],
  topK = Infinity,
): Generator<string> {
  const places = new TraceText({ text });
  for (const [index, piece] of pieces.entries()) {
    const { bytes, start, logprob, tokens, top } = piece;
    const end = start + bytes.length;
    const { entropy, varentropy } = uncertaintyOf(piece);
    const bits = (nats: number) => numberOrNull(nats / NATS_PER_BIT);
    const line = {
      index,
      id: null,
      tokens,
      bytes: hex(bytes),
      byteStart: start,
      byteEnd: end,
      ...places.rangeOf({ start, end }),
      logprob: numberOrNull(logprob),
      surprisal: bits(-logprob),
      entropy: null,
      entropyLow: bits(entropy[0]),
      entropyHigh: bits(entropy[1]),
      varentropy: numberOrNull(varentropy / NATS_PER_BIT ** 2),
      rank: listedIndex(piece, top) + 1 || null,
      context: null,
      top: top
        .slice(0, topK)
        .map(({ bytes, logprob }) => ({ id: null, bytes: hex(bytes), logprob })),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}

export function* prettyPieces(pieces: readonly Piece[]): Generator<string> {
  const rows = pieces.map(piece => [
    displayToken(piece.bytes),
    Number.isNaN(piece.logprob) ? '–' : formatBits(-piece.logprob),
    piece.top[0] ? displayToken(piece.top[0].bytes) : '–',
    piece.tokens > 1 ? formatNumberOf(piece.tokens, 'token') : '',
  ]);
  yield* tableLines(
    [['piece', 'surprisal', 'likeliest', ''], ...rows],
    ['left', 'right', 'left', 'left'],
  );
  yield `\n${formatNumberOf(pieces.length, 'piece')} of the server. Their ids are not known. All other commands need its tokenizer.\n`;
}

/** Of a piece without alternatives nothing is known of the others. */
function uncertaintyOf(piece: Piece) {
  const unknown = { entropy: [NaN, NaN] as const, varentropy: NaN };
  if (piece.top.length === 0) return unknown;
  const token = { ...piece, end: piece.start + piece.bytes.length };
  return savedUncertainty(token, {});
}
