import type { ByteString } from './byteString';

/** Tokens from a settled boundary on: every text with these tokens has a pretoken boundary before them. */
export class TokenPrefix {
  static readonly empty = new TokenPrefix('', [], [], [], undefined);

  private constructor(
    readonly bytes: ByteString,
    readonly tokens: readonly number[],
    /** [token]; offset of the byte after it. */
    readonly ends: readonly number[],
    /** [token]; whether it may be in the same pretoken as the token before it. */
    readonly joins: readonly boolean[],
    /** The prefix without its last token. */
    readonly before: TokenPrefix | undefined,
  ) {}

  get last(): number | undefined {
    return this.tokens.at(-1);
  }

  append(token: number, bytes: ByteString, joins: boolean): TokenPrefix {
    const all = this.bytes + bytes;
    return new TokenPrefix(
      all,
      [...this.tokens, token],
      [...this.ends, all.length],
      [...this.joins, joins],
      this,
    );
  }
}
