// Paths of tokens that were asked for before: at the next byte of a text most are the same, and what is known of them is
// kept by them. Equal paths are one object until they are forgotten.
import type { ByteString } from './byteString';
import type { Canonical } from './canonical';
import type { TokenPrefix } from './tokenPrefix';

const MAX_KEPT = 1 << 14;

export class KnownPaths {
  readonly #canonical: Canonical;
  readonly #merge: (bytes: ByteString) => readonly number[];
  #longer = new Map<TokenPrefix, Map<number, TokenPrefix>>();
  #merged = new Map<ByteString, readonly number[]>();
  #count = 0;

  /** `merge`: the tokens of one pretoken or of its beginning. */
  constructor(canonical: Canonical, merge: (bytes: ByteString) => readonly number[]) {
    this.#canonical = canonical;
    this.#merge = merge;
  }

  /** The path and the tokens of one pretoken, or of its beginning. */
  extend(path: TokenPrefix, bytes: ByteString): TokenPrefix {
    let tokens = this.#merged.get(bytes);
    if (!tokens) this.#merged.set(bytes, (tokens = this.#merge(bytes)));
    return tokens.reduce((longer, token) => this.#next(longer, token), path);
  }

  /** Where there are many: from here on, other objects are the paths. */
  forgetMany(): void {
    if (this.#count < MAX_KEPT && this.#merged.size < MAX_KEPT) return;
    this.#longer = new Map();
    this.#merged = new Map();
    this.#count = 0;
  }

  #next(path: TokenPrefix, token: number): TokenPrefix {
    let longer = this.#longer.get(path);
    if (!longer) this.#longer.set(path, (longer = new Map()));
    let next = longer.get(token);
    if (!next) {
      longer.set(token, (next = this.#canonical.extend(path, token)));
      this.#count++;
    }
    return next;
  }
}
