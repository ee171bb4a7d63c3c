// A completion at a cursor, and how one is asked for.
import type { ByteString } from '../exactBytes/byteString';
import type { LogprobRow } from '../exactBytes/tokenModel';
import type { Drafter } from './drafter';
import type { ChoiceSampling } from './tokenChoice';

/**
 * end: the model ends the text there. line: the line is complete. join: ending there is more probable than repeating
 * the text after the cursor. balance: more would close what is closed after the cursor, or break a string or comment.
 * tokens, time: a limit was reached. unsure: one more token would make the text too improbable. nothing: no token is
 * allowed.
 */
export type StopReason =
  'end' | 'line' | 'join' | 'balance' | 'tokens' | 'time' | 'unsure' | 'nothing';

export interface CompletedToken {
  readonly id: number;
  readonly bytes: ByteString;
  /** Nats. */
  readonly logprob: number;
  /** The row that the token was chosen from. */
  readonly row: LogprobRow;
}

export interface Completion {
  /** Whole characters, in place of the bytes of the suffix from 0 to `replaces`. */
  readonly insert: ByteString;
  readonly replaces: number;
  /** The end of `insert`, which the model did not write: it closes what the insertion opens. */
  readonly closes: ByteString;
  /** What the model wrote of it, up to the suffix that it sees where it ends there. */
  readonly written: ByteString;
  readonly stopReason: StopReason;
  /** The tokens after the trunk. They spell the rolled-back bytes, then the insertion, and possibly more. */
  readonly tokens: readonly CompletedToken[];
  /** The row after the last token, if the model was asked for it. */
  readonly last: LogprobRow | undefined;
}

export interface CompleteOptions {
  /** Counts the tokens that extend past the cursor. */
  readonly maxTokens: number;
  readonly singleLine: boolean;
  /** The text after the cursor. */
  readonly suffix: ByteString;
  /** The beginning of the suffix that the model does not see and is to write, too: the rest of a word, or closers. */
  readonly close: ByteString;
  /** The rest of the word that the cursor is in; empty between words. Where it is no part of `close`, a text that begins with it repeats it. */
  readonly word: ByteString;
  /** The cursor is after an indentation that an editor made: the text adds nothing to it. */
  readonly isIndented: boolean;
  /**
   * What has to follow a text so that it leaves open what was open before: the closers of what it opens. Undefined: none
   * can do that. `hasClose`: the text replaces the close.
   */
  missingAfter(text: ByteString, hasClose: boolean): ByteString | undefined;
  /** Whether the model sees the suffix. If so, it knows where its text has to end. */
  readonly seesSuffix: boolean;
  /** Undefined: greedy decoding. */
  readonly sampling?: ChoiceSampling | undefined;
  /** Nats: the lowest log-probability of an insertion. -Infinity: no limit. */
  readonly least: number;
  /** A drafter for each completion. Undefined: no drafting, one row per request. */
  readonly draft?: (() => Drafter) | undefined;
  /** Checked between tokens: whether the time limit has passed. */
  isLate(): boolean;
  /** Called with the part of the insertion that can no longer change. */
  onText?(insert: ByteString): void;
}
