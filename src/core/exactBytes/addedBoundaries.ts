// Boundaries in texts that may spell added tokens which are not special, like the line ends and HTML tags of Gemma. Such
// a token is matched before anything else, leftmost and longest, and is a pretoken of its own; the text between two is
// split as a text by itself. So a pretoken is an added token if, and only if, it spells the name of one.
import type { ByteString } from './byteString';
import { prefixShapeOf, type Boundaries, type PretokenBoundaries } from './pretokenBoundaries';

/** bytes[start, end): an added token, or text between two. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isAdded: boolean;
}

export class AddedBoundaries implements PretokenBoundaries {
  readonly unsettled: number;
  readonly #inner: PretokenBoundaries;
  readonly #names: ReadonlyMap<ByteString, number>;
  /** Of names; longest first. */
  readonly #lengths: readonly number[];
  /** First bytes of names, which few tokens of a large vocabulary have. */
  readonly #firsts: ReadonlySet<ByteString>;
  /** Keyed by beginnings of names. */
  readonly #rests = new Map<ByteString, ByteString[]>();
  readonly nearShapeOf?: NonNullable<PretokenBoundaries['nearShapeOf']>;

  /** `inner` splits text between added tokens, each piece as a text of its own. `names`: their ids. */
  constructor(inner: PretokenBoundaries, names: ReadonlyMap<ByteString, number>) {
    this.unsettled = inner.unsettled;
    this.#inner = inner;
    this.#names = names;
    const lengths = new Set([...names.keys()].map(({ length }) => length));
    this.#lengths = [...lengths].sort((a, b) => b - a);
    this.#firsts = new Set([...names.keys()].map(name => name[0]!));
    for (const name of names.keys())
      for (let end = 1; end < name.length; end++) {
        const beginning = name.slice(0, end);
        const rests = this.#rests.get(beginning) ?? [];
        this.#rests.set(beginning, [...rests, name.slice(end)]);
      }
    if (inner.nearShapeOf)
      this.nearShapeOf = bytes => this.#shapeOf(bytes, text => inner.nearShapeOf!(text));
  }

  isAdded(pretoken: ByteString): boolean {
    return this.#names.has(pretoken);
  }

  /** Whether the bytes have an added token in them: no other token does, in any text. */
  spellsAdded(bytes: ByteString): boolean {
    return this.#pieces(bytes).some(({ isAdded }) => isAdded);
  }

  boundariesFor(bytes: ByteString): readonly Boundaries[] {
    const pieces = this.#pieces(bytes);
    const last = pieces.at(-1);
    if (!last || last.isAdded) {
      const ends = this.#endsOf(bytes, pieces);
      return ends ? [ends] : [];
    }
    const before = this.#endsOf(bytes, pieces.slice(0, -1));
    if (!before) return [];
    return this.#inner
      .boundariesFor(bytes.slice(last.start))
      .map(ends => [...before, ...ends.map(end => last.start + end)]);
  }

  coverBoundariesFor(bytes: ByteString): readonly Boundaries[] {
    const open = this.openStarts(bytes).flatMap(start => {
      const ends = this.ended(bytes.slice(0, start));
      return ends ? [ends] : [];
    });
    return [...this.boundariesFor(bytes), ...open];
  }

  ended(bytes: ByteString): Boundaries | undefined {
    return this.#endsOf(bytes, this.#pieces(bytes));
  }

  openers(bytes: ByteString, allows: (ends: Boundaries) => boolean): ByteString[] {
    const pieces = this.#pieces(bytes);
    const last = pieces.at(-1);
    const before = this.#endsOf(bytes, pieces.slice(0, -1));
    if (!last || last.isAdded || !before) return [];
    return this.#inner.openers(bytes.slice(last.start), ends =>
      allows([...before, ...ends.map(end => last.start + end)]),
    );
  }

  shapeOf(bytes: ByteString): string | undefined {
    return this.#shapeOf(bytes, text => this.#inner.shapeOf(text));
  }

  /** Texts with an added token are of one shape only if they are equal, except for the token alone. */
  #shapeOf(bytes: ByteString, inner: (text: ByteString) => string | undefined): string | undefined {
    if (this.#names.has(bytes)) return `${bytes.length} added`;
    const pieces = this.#pieces(bytes);
    if (pieces.some(({ isAdded }) => isAdded)) return `${bytes} with added`;
    return inner(bytes);
  }

  /** With an added token in them, the shape is the bytes themselves. */
  prefixShapeOf(bytes: ByteString, ends: readonly number[], joins: readonly boolean[]): string {
    return this.spellsAdded(bytes)
      ? `${bytes} with added ${ends} ${joins}`
      : prefixShapeOf(this.#inner, bytes, ends, joins);
  }

  joinsFreely(bytes: ByteString): boolean {
    return this.#inner.joinsFreely(bytes);
  }

  openRests(bytes: ByteString): ByteString[] {
    return this.openStarts(bytes).flatMap(start => this.#rests.get(bytes.slice(start))!);
  }

  openEndOf(bytes: ByteString): string {
    const last = this.#pieces(bytes).at(-1);
    return last && !last.isAdded ? this.#inner.openEndOf(bytes.slice(last.start)) : '';
  }

  /** Undefined if some of the text between added tokens is no text. */
  #endsOf(bytes: ByteString, pieces: readonly Piece[]): number[] | undefined {
    const ends: number[] = [];
    for (const { start, end, isAdded } of pieces) {
      const inner = isAdded ? [end - start] : this.#inner.ended(bytes.slice(start, end));
      if (!inner) return undefined;
      for (const each of inner) ends.push(start + each);
    }
    return ends;
  }

  /** As if the text ended with the bytes. */
  #pieces(bytes: ByteString): Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length;) {
      const length = this.#firsts.has(bytes[at]!)
        ? this.#lengths.find(each => this.#names.has(bytes.slice(at, at + each)))
        : undefined;
      // A slice at the end of the bytes is shorter than was asked for.
      const end = length === undefined ? at : Math.min(at + length, bytes.length);
      if (end === at) {
        at++;
        continue;
      }
      if (at > from) pieces.push({ start: from, end: at, isAdded: false });
      pieces.push({ start: at, end, isAdded: true });
      from = at = end;
    }
    if (from < bytes.length) pieces.push({ start: from, end: bytes.length, isAdded: false });
    return pieces;
  }

  openStarts(bytes: ByteString): number[] {
    const [longest = 0] = this.#lengths;
    const starts: number[] = [];
    let pieces: Piece[] | undefined;
    for (let at = Math.max(0, bytes.length - longest + 1); at < bytes.length; at++) {
      if (!this.#rests.has(bytes.slice(at))) continue;
      pieces ??= this.#pieces(bytes);
      // A token that begins further left stays, perhaps as a longer one.
      const inside = pieces.some(piece => piece.isAdded && piece.start < at && at < piece.end);
      if (!inside) starts.push(at);
    }
    return starts;
  }
}
