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
  /** Bytes of what is open, at least and at most. */
  readonly limits: readonly [number, number];
}

/** Throws what `wrong` makes of a sentence, where they do not spell the text, or do so in several ways. */
export function alignPieces(
  said: readonly SaidPiece[],
  text: Uint8Array,
  wrong: (what: string) => UserError,
): Piece[] {
  const stretches = stretchesOf(withoutMarks(said, text));
  const starts = startsOf(stretches, text, wrong);
  let at = 0;
  return stretches.flatMap((stretch, i) => {
    const pieces = placed(stretch, at, starts[i]!, text);
    at = starts[i]! + stretch.bytes.length;
    return pieces;
  });
}

/** How a stretch may end at a byte: where its known bytes begin, and where the stretch before it ends. */
interface Way {
  readonly start: number;
  readonly before: number;
  /** In other ways as well, of this stretch or of those before it. */
  readonly isOneOfSeveral: boolean;
}

/** Of servers whose tokens leave open what they are, one after the other, more places are not followed. */
const MOST_PLACES = 1000;

/** Where the known bytes of each stretch begin. Throws where that is nowhere, or may be at several places. */
function startsOf(
  stretches: readonly Stretch[],
  text: Uint8Array,
  wrong: (what: string) => UserError,
): number[] {
  const several = () =>
    wrong('it does not return the bytes of its tokens, and they fit the text in several ways');
  /** [stretch]; by the byte at which it ends. */
  const ways: Map<number, Way>[] = [];
  let ends = new Map<number, Way>([[0, { start: 0, before: 0, isOneOfSeveral: false }]]);
  let furthest = 0;
  const least = ({ bytes, limits }: Stretch) => limits[0] + bytes.length;
  let rest = stretches.reduce((sum, stretch) => sum + least(stretch), 0);
  for (const stretch of stretches) {
    rest -= least(stretch);
    const next = new Map<number, Way>();
    for (const [before, { isOneOfSeveral }] of ends)
      for (const start of candidates(stretch, before, text, rest)) {
        furthest = Math.max(furthest, start);
        const end = start + stretch.bytes.length;
        next.set(end, { start, before, isOneOfSeveral: isOneOfSeveral || next.has(end) });
      }
    if (next.size > MOST_PLACES) throw several();
    ways.push((ends = next));
  }
  const last = ends.get(text.length);
  if (!last)
    throw wrong(`its tokens do not spell the text: the first difference is at byte ${furthest}`);
  if (last.isOneOfSeveral) throw several();
  const starts: number[] = [];
  let end = text.length;
  for (const own of ways.toReversed()) {
    const { start, before } = own.get(end)!;
    starts.push(start);
    end = before;
  }
  return starts.reverse();
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
    limits: each.open.map(limitsOf).reduce((a, b) => [a[0] + b[0], a[1] + b[1]], [0, 0]),
  }));
}

/** Bytes of a piece that does not say them: a replacement character stands for a part of a character. */
function limitsOf({ text }: SaidPiece): [number, number] {
  if (typeof text !== 'string' || text === '') return [0, MOST_BYTES];
  const marks = text.split('\ufffd').length - 1;
  const others = encodeUtf8(text.replaceAll('\ufffd', '')).length;
  return [others + 1, others + 4 * marks];
}

/** Undefined where they are not said: of a part of a character, or of no text at all. */
function bytesOf({ text }: SaidPiece): Uint8Array | undefined {
  if (text instanceof Uint8Array) return text;
  return text === undefined || text === '' || text.includes('\ufffd')
    ? undefined
    : encodeUtf8(text);
}

/**
 * Where its known bytes may begin: between characters, and where what is open has as many bytes as it can have.
 * `rest`: bytes that come after the stretch at least.
 */
function* candidates(
  { open, known, bytes, limits }: Stretch,
  from: number,
  text: Uint8Array,
  rest: number,
): Generator<number> {
  const [fewest, most] = limits;
  const least = from + fewest;
  const last = Math.min(text.length - bytes.length - rest, from + most);
  if (known.length === 0) {
    if (text.length >= least && text.length <= from + most) yield text.length;
    return;
  }
  for (let at = least; at <= last; at++) {
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
