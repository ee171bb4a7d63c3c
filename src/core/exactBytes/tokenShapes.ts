// Tokens of one shape, which are split alike after the same prefix.
import type { ByteString } from './byteString';
import type { PretokenBoundaries } from './pretokenBoundaries';
import type { ReachableTokens } from './reachableTokens';
import type { SortedTokens } from './sortedTokens';
import type { Joins } from './tokenPairs';
import { TokenPrefix } from './tokenPrefix';
import { characterLength, CONTINUATIONS, incompleteFrom } from './utf8Characters';

/** Continuations that are looked at for each token that ends inside a character. */
const MAX_COMPLETED = 24;

/** Tokens of the same shape are split alike after the same prefix. */
export interface Shapes {
  /** After prefixes that tokens do not all join freely. */
  readonly isNear: boolean;
  /** [id]; -1 if no text has the token at a character's start. */
  readonly of: Int32Array;
  /** [shape]: bytes that have it. */
  readonly bytes: readonly ByteString[];
  /**
   * By tokens that end inside a character: shapes of them with tokens that may come next and end it. Where there are none,
   * no text has the token.
   */
  readonly completed: ReadonlyMap<number, readonly number[]>;
}

export class TokenShapes {
  /** After prefixes that any token joins freely. */
  readonly #free: Shapes;
  /** After others that end with a whole character; made when it is asked for. */
  #near: Shapes | undefined;

  constructor(
    private readonly tokens: SortedTokens,
    private readonly boundaries: PretokenBoundaries,
    private readonly joins: Joins,
    private readonly reachable: ReachableTokens,
  ) {
    this.#free = this.#shapesBy(false, bytes => boundaries.shapeOf(bytes));
  }

  after(bytes: ByteString): Shapes {
    if (this.boundaries.joinsFreely(bytes)) return this.#free;
    return (this.#near ??= this.#shapesBy(true, token => this.boundaries.nearShapeOf!(token)));
  }

  #shapesBy(isNear: boolean, shapeOf: (bytes: ByteString) => string | undefined): Shapes {
    const numbers = new Map<string, number>();
    const representatives: ByteString[] = [];
    const numberOf = (bytes: ByteString) => {
      const shape = shapeOf(bytes);
      if (shape === undefined) return -1;
      const known = numbers.get(shape);
      if (known !== undefined) return known;
      numbers.set(shape, representatives.length);
      return representatives.push(bytes) - 1;
    };
    const of = new Int32Array(this.tokens.idLimit).fill(-1);
    const completed = new Map<number, number[]>();
    for (const [place, id] of this.tokens.ids.entries()) {
      const bytes = this.tokens.bytes[place]!;
      of[id] = numberOf(bytes);
      if (of[id] < 0 || incompleteFrom(bytes) === bytes.length) continue;
      const found: number[] = [];
      for (const longer of this.#completionsOf(id, bytes)) {
        const shape = numberOf(longer);
        if (shape >= 0) found.push(shape);
        if (found.length === MAX_COMPLETED) break;
      }
      completed.set(id, [...new Set(found)]);
    }
    return { isNear, of, bytes: representatives, completed };
  }

  /** Of a token that ends inside a character: its bytes with those of tokens that may come next and end it. */
  *#completionsOf(token: number, bytes: ByteString): Generator<ByteString> {
    if (!this.reachable.has(token)) return;
    const joins = this.joins.mayJoin(TokenPrefix.empty, token);
    const prefix = TokenPrefix.empty.append(token, bytes, joins);
    const length = characterLength(bytes.charCodeAt(incompleteFrom(bytes)));
    for (const longer of this.#endingsOf(prefix, length - (bytes.length - incompleteFrom(bytes))))
      // Where several tokens spell an added one, they are not it.
      if (this.boundaries.spellsAdded?.(longer) !== true) yield longer;
  }

  /** All; `missing`: bytes of the character that the prefix ends inside of. The shortest come first. */
  *#endingsOf(prefix: TokenPrefix, missing: number): Generator<ByteString> {
    for (const { bytes } of this.#joined(prefix, length => length === missing)) yield bytes;
    for (const longer of this.#joined(prefix, length => length < missing)) {
      const left = missing - (longer.bytes.length - prefix.bytes.length);
      if (this.boundaries.shapeOf(longer.bytes) !== undefined) yield* this.#endingsOf(longer, left);
    }
    for (const { bytes } of this.#joined(prefix, length => length > missing)) yield bytes;
  }

  /** The prefix with each token, of a length that fits, that continues a character and may join. */
  *#joined(prefix: TokenPrefix, fits: (length: number) => boolean): Generator<TokenPrefix> {
    const start = this.tokens.startingFrom(CONTINUATIONS[0]!);
    const end = this.tokens.startingFrom('\xc0');
    for (let place = start; place < end; place++) {
      const bytes = this.tokens.bytes[place]!;
      const id = this.tokens.ids[place]!;
      if (fits(bytes.length) && this.reachable.has(id) && this.joins.mayJoin(prefix, id))
        yield prefix.append(id, bytes, true);
    }
  }
}
