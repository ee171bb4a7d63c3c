// Which tokens may follow a path: all that keep the text valid UTF-8, or only those that the tokenizer itself produces
// for some text.
import { codePointsFrom, incompleteFrom } from '../exactBytes/utf8Characters';
import { firstInvalidUtf8 } from '../text/utf8';
import { bytesOf, type ByteString } from '../exactBytes/byteString';
import type { ByteRules } from '../exactBytes/byteRules';
import type { SortedTokens } from '../exactBytes/sortedTokens';
import { TokenPrefix } from '../exactBytes/tokenPrefix';

export interface Continuations {
  /** A predicate: whether a text token may come next. */
  follower(): (token: number) => boolean;
  /** Whether the text may end here. */
  readonly ends: boolean;
  followedBy(token: number): Continuations;
}

/**
 * Longer paths are shortened to a settled boundary: their followers are found faster and shared by more paths in the cache.
 */
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

  followedBy(token: number): CanonicalTokens {
    const rules = this.#rules;
    const longer = rules.canonical.extend(this.#prefix, token);
    return new CanonicalTokens(
      rules,
      longer.bytes.length > KEPT_BYTES ? dropSettled(rules, longer) : longer,
    );
  }
}

/** The tokens after the last boundary that no continuation can move. */
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

/** Any text token that keeps the text valid UTF-8, the usual way to run a model. */
export function anyTokens(tokens: SortedTokens, partial: ByteString = ''): Continuations {
  return {
    ends: partial === '',
    follower: () => token => {
      const bytes = tokens.bytesOf(token);
      return bytes !== undefined && isBeginning(partial + bytes);
    },
    followedBy: token => {
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
