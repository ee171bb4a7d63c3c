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

/** To ask of more tokens takes longer than to find all that follow. */
const FEW = 500;

/** Whether a token follows the prefix, for as many of them. */
export function followsAmong(
  accepted: Acceptance,
  prefix: TokenPrefix,
  tokens: number,
): (token: number) => boolean {
  if (tokens <= FEW) return accepted.follower(prefix);
  const all = accepted.followers(prefix);
  return token => all.has(token);
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
  const follows = followsAmong(accepted, prefix, floor === -Infinity ? row.length : 0);
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
