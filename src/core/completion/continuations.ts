// Which tokens may come behind those that are there: whatever leaves the text UTF-8, or only what the tokenizer
// itself makes of some text.
import { codePointsFrom, incompleteFrom } from '../exactBytes/utf8Characters';
import { firstInvalidUtf8 } from '../text/utf8';
import { bytesOf, type ByteString } from '../exactBytes/byteString';
import type { ByteRules } from '../exactBytes/byteRules';
import type { SortedTokens } from '../exactBytes/sortedTokens';
import { TokenPrefix } from '../exactBytes/tokenPrefix';

export interface Continuations {
  /** Whether a token of text may come next. */
  follower(): (token: number) => boolean;
  /** Whether the text may end here. */
  readonly ends: boolean;
  after(token: number): Continuations;
}

/** Longer paths are cut at a settled boundary: what may follow is found sooner, and remembered for more of them. */
const KEPT_BYTES = 16;

export class CanonicalTokens implements Continuations {
  readonly #rules: ByteRules;
  readonly #prefix: TokenPrefix;

  constructor(rules: ByteRules, prefix: TokenPrefix) {
    this.#rules = rules;
    this.#prefix = prefix;
  }

  follower(): (token: number) => boolean {
    return this.#rules.canonical.follower(this.#prefix);
  }

  get ends(): boolean {
    return this.#rules.canonical.endsText(this.#prefix);
  }

  after(token: number): CanonicalTokens {
    const rules = this.#rules;
    const longer = rules.canonical.extend(this.#prefix, token);
    return new CanonicalTokens(
      rules,
      longer.bytes.length > KEPT_BYTES ? dropSettled(rules, longer) : longer,
    );
  }
}

/** The tokens behind the last boundary that no continuation moves. */
function dropSettled(rules: ByteRules, prefix: TokenPrefix): TokenPrefix {
  const ends = rules.pretokenEnds(prefix.bytes, 0);
  const from = ends.at(-1 - rules.boundaries.unsettled);
  if (from === undefined) return prefix;
  const index = prefix.ends.indexOf(from);
  if (index < 0) return prefix;
  return prefix.tokens
    .slice(index + 1)
    .reduce((path, token) => rules.canonical.extend(path, token), TokenPrefix.empty);
}

/** Any token of text that leaves the text UTF-8, as models are commonly run. */
export function anyTokens(tokens: SortedTokens, partial: ByteString = ''): Continuations {
  return {
    ends: partial === '',
    follower: () => token => {
      const bytes = tokens.bytesOf(token);
      return bytes !== undefined && isBeginning(partial + bytes);
    },
    after: token => {
      const bytes = partial + tokens.bytesOf(token)!;
      return anyTokens(tokens, bytes.slice(incompleteFrom(bytes)));
    },
  };
}

/** Whether some text in UTF-8 begins with the bytes. */
function isBeginning(bytes: ByteString): boolean {
  const complete = incompleteFrom(bytes);
  if (firstInvalidUtf8(bytesOf(bytes.slice(0, complete))) >= 0) return false;
  if (complete === bytes.length) return true;
  const [first, last] = codePointsFrom(bytes, complete, bytes.length);
  return first <= last;
}
