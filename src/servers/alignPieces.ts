// The bytes of the pieces that a server names: those of the text, in order. A token that splits a character is no text, and
// servers write a replacement character for it; which bytes it has follows from its neighbours, or is not known.
import type { UserError } from '../core/errors';
import { encodeUtf8 } from '../core/text/utf8';

export interface SaidPiece {
  /** Text or bytes; undefined where the server does not say. */
  readonly text: string | Uint8Array | undefined;
  /** Nats; NaN or undefined where nothing came before it. */
  readonly logprob: number | undefined;
  readonly top: readonly { readonly text: string | Uint8Array; readonly logprob: number }[];
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** In the text's UTF-8. */
  readonly start: number;
  /** Nats; NaN where it is not known. Of several tokens their sum. */
  readonly logprob: number;
  /** How many of the server's tokens it is: more than one where nobody knows how they share its bytes. */
  readonly tokens: number;
  /** Likeliest first; none of several tokens. */
  readonly top: readonly { readonly bytes: Uint8Array; readonly logprob: number }[];
}

/** Bytes of one token of which the server says none, at most. */
const MOST_BYTES = 256;

/** Pieces whose bytes are known, after some whose bytes are not. */
interface Stretch {
  readonly open: readonly SaidPiece[];
  readonly known: readonly { readonly piece: SaidPiece; readonly bytes: Uint8Array }[];
  readonly bytes: Buffer;
}

/** Throws what `wrong` makes of a sentence, where they do not spell the text, or do so in several ways. */
export function alignPieces(
  said: readonly SaidPiece[],
  text: Uint8Array,
  wrong: (what: string) => UserError,
): Piece[] {
  const stretches = stretchesOf(withoutMarks(said, text));
  const ways = new Map<string, number[] | 'several' | undefined>();
  let furthest = 0;
  const starts = waysFrom(0, 0);
  if (starts === undefined)
    throw wrong(`its tokens do not spell the text: they differ from byte ${furthest} on`);
  if (starts === 'several')
    throw wrong('it does not say the bytes of its tokens, and they fit the text in several ways');
  let at = 0;
  return stretches.flatMap((stretch, i) => {
    const pieces = placed(stretch, at, starts[i]!, text);
    at = starts[i]! + stretch.bytes.length;
    return pieces;
  });

  /** Where the known bytes of each stretch from `index` on begin, when it begins at `from`. */
  function waysFrom(index: number, from: number): number[] | 'several' | undefined {
    const key = `${index} ${from}`;
    if (!ways.has(key)) ways.set(key, search(index, from));
    return ways.get(key);
  }

  function search(index: number, from: number): number[] | 'several' | undefined {
    const stretch = stretches[index];
    if (!stretch) return from === text.length ? [] : undefined;
    let found: number[] | undefined;
    for (const start of candidates(stretch, from, text)) {
      furthest = Math.max(furthest, start);
      const rest = waysFrom(index + 1, start + stretch.bytes.length);
      if (rest === undefined) continue;
      if (found || rest === 'several') return 'several';
      found = [start, ...rest];
    }
    return found;
  }
}

/** Without what comes before a text: it has no number, and the text does not begin with it. */
function withoutMarks(said: readonly SaidPiece[], text: Uint8Array): readonly SaidPiece[] {
  const first = said.findIndex(piece => {
    const bytes = bytesOf(piece);
    const hasNumber = piece.logprob !== undefined && !Number.isNaN(piece.logprob);
    return hasNumber || bytes === undefined || startsWith(text, bytes, 0);
  });
  return said.slice(Math.max(0, first));
}

function stretchesOf(said: readonly SaidPiece[]): Stretch[] {
  const found: { open: SaidPiece[]; known: { piece: SaidPiece; bytes: Uint8Array }[] }[] = [];
  for (const piece of said) {
    const bytes = bytesOf(piece);
    const last = found.at(-1);
    if (bytes === undefined) {
      if (last && last.known.length === 0) last.open.push(piece);
      else found.push({ open: [piece], known: [] });
    } else if (last) last.known.push({ piece, bytes });
    else found.push({ open: [], known: [{ piece, bytes }] });
  }
  return found.map(each => ({
    ...each,
    bytes: Buffer.concat(each.known.map(({ bytes }) => bytes)),
  }));
}

/** Undefined where they are not said: of a part of a character, or of no text at all. */
function bytesOf({ text }: SaidPiece): Uint8Array | undefined {
  if (text instanceof Uint8Array) return text;
  return text === undefined || text === '' || text.includes('\ufffd')
    ? undefined
    : encodeUtf8(text);
}

/** Where its known bytes may begin: between characters, after one byte at least for each part of a character. */
function* candidates(
  { open, known, bytes }: Stretch,
  from: number,
  text: Uint8Array,
): Generator<number> {
  const least = from + open.filter(({ text }) => text !== undefined && text !== '').length;
  const most = Math.min(text.length, from + open.length * MOST_BYTES);
  if (known.length === 0) {
    if (text.length >= least && text.length <= most) yield text.length;
    return;
  }
  for (let at = least; at <= most; at++) {
    // What begins inside a character is none of the text that the server wrote.
    if (open.length > 0 && (text[at]! & 0xc0) === 0x80) continue;
    if (startsWith(text, bytes, at)) yield at;
  }
}

function startsWith(text: Uint8Array, bytes: Uint8Array, at: number): boolean {
  return at + bytes.length <= text.length && bytes.every((byte, i) => text[at + i] === byte);
}

function placed({ open, known }: Stretch, at: number, start: number, text: Uint8Array): Piece[] {
  const pieces = open.length > 0 ? placedOpen(open, at, text.subarray(at, start)) : [];
  let from = start;
  for (const { piece, bytes } of known) {
    pieces.push(pieceOf(piece, bytes, from));
    from += bytes.length;
  }
  return pieces.filter(({ bytes }) => bytes.length > 0);
}

/** A token each where there is a byte for each; else one piece: their log-probabilities add up to that of its bytes. */
function placedOpen(open: readonly SaidPiece[], start: number, bytes: Uint8Array): Piece[] {
  if (open.length === 1) return [pieceOf(open[0]!, bytes, start)];
  if (open.length === bytes.length)
    return open.map((piece, i) => pieceOf(piece, bytes.subarray(i, i + 1), start + i));
  const logprob = open.reduce((sum, piece) => sum + (piece.logprob ?? NaN), 0);
  return [{ bytes, start, logprob, tokens: open.length, top: [] }];
}

function pieceOf({ logprob = NaN, top }: SaidPiece, bytes: Uint8Array, start: number): Piece {
  return {
    bytes,
    start,
    logprob,
    tokens: 1,
    top: top.map(({ text, logprob }) => ({
      bytes: typeof text === 'string' ? encodeUtf8(text) : text,
      logprob,
    })),
  };
}
