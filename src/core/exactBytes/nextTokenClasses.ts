// Classifies the tokens of a row that follow a path of canonical tokens.
import type { LogprobRow } from './tokenModel';
import type { ByteRules } from './byteRules';
import type { TokenPrefix } from './tokenPrefix';

/** Which tokenizations are accepted as the tokenizer's own. */
export interface Acceptance {
  follower(prefix: TokenPrefix): (token: number) => boolean;
  /** All of them: costs more than a few calls of `follower`, and less than many. */
  followers(prefix: TokenPrefix): { has(token: number): boolean };
  endsText(prefix: TokenPrefix): boolean;
}

export type NextTokenClass = 'canonical' | 'end' | 'leak' | 'untested';

/**
 * Visits every token with a non-zero probability. Tokens that end a text are 'end' if the path is accepted as a whole
 * text, else 'leak'. Text tokens below `floor` (nats) are 'untested'.
 */
export function classifyNextTokens(
  rules: ByteRules,
  accepted: Acceptance,
  prefix: TokenPrefix,
  row: LogprobRow,
  ends: ReadonlySet<number>,
  floor: number,
  visit: (part: NextTokenClass, token: number, logprob: number) => void,
): void {
  const all = floor === -Infinity ? accepted.followers(prefix) : undefined;
  const follows = all ? (token: number) => all.has(token) : accepted.follower(prefix);
  const endPart = accepted.endsText(prefix) ? 'end' : 'leak';
  // Looking a token up in a set would take as long as all else.
  const sortedEnds = [...ends].sort((a, b) => a - b);
  let nextEnd = 0;
  for (let token = 0; token < row.length; token++) {
    const logprob = row[token]!;
    const isEnd = token === sortedEnds[nextEnd];
    if (isEnd) nextEnd++;
    if (logprob === -Infinity) continue;
    let part: NextTokenClass = 'leak';
    if (isEnd) part = endPart;
    else if (rules.tokens.firstByteOf(token) < 0) part = 'leak';
    else if (logprob < floor) part = 'untested';
    else if (follows(token)) part = 'canonical';
    visit(part, token, logprob);
  }
}
