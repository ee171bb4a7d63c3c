// Tokens of one shape, which are split alike after the same prefix.
import type { ByteString } from './byteString';
import type { PretokenBoundaries } from './pretokenBoundaries';
import type { ReachableTokens } from './reachableTokens';
import type { SortedTokens } from './sortedTokens';
import type { Joins } from './tokenPairs';
import { TokenPrefix } from './tokenPrefix';
import { characterLength, CONTINUATIONS, incompleteFrom } from './utf8Characters';

/** Tokens that are tried as the rest of a character. */
const MAX_TRIED = 24;

/** Tokens of the same shape are split alike after the same prefix. */
export interface Shapes {
  /** After prefixes that tokens do not all join freely. */
  readonly isNear: boolean;
  /** [id]; -1 if no text has the token at a character's start. */
  readonly of: Int32Array;
  /** [shape]: bytes that have it. */
  readonly bytes: readonly ByteString[];
  /** By tokens that end inside a character: shapes of them with a token that may come next and ends it. */
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
      const found = new Set<number>();
      for (const longer of this.#completionsOf(id, bytes)) found.add(numberOf(longer));
      found.delete(-1);
      completed.set(id, [...found]);
    }
    return { isNear, of, bytes: representatives, completed };
  }

  /** Of a token that ends inside a character: its bytes with those of a token that may come next and ends it. */
  *#completionsOf(token: number, bytes: ByteString): Generator<ByteString> {
    if (!this.reachable.has(token)) return;
    const prefix = TokenPrefix.empty.append(
      token,
      bytes,
      this.joins.mayJoin(TokenPrefix.empty, token),
    );
    const rest = characterLength(bytes.charCodeAt(incompleteFrom(bytes)));
    const missing = rest - (bytes.length - incompleteFrom(bytes));
    const start = this.tokens.startingFrom(CONTINUATIONS[0]!);
    const end = this.tokens.startingFrom('\xc0');
    let tried = 0;
    for (let place = start; place < end && tried < MAX_TRIED; place++) {
      const next = this.tokens.bytes[place]!;
      if (next.length !== missing) continue;
      const id = this.tokens.ids[place]!;
      tried++;
      // Where two tokens spell an added one, they are not it.
      const isAdded = this.boundaries.spellsAdded?.(bytes + next) === true;
      if (!isAdded && this.reachable.has(id) && this.joins.mayJoin(prefix, id)) yield bytes + next;
    }
  }
}
