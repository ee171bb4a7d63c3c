// Errors that are meant for the user: about their input or files rather than a bug. Anything else that is thrown is a
// bug.
import { messageLine } from './messageLine';

/**
 * An error caused by the user's input or files. Its message says what, where and what to do next, in one line, and is
 * shown unchanged.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';

  constructor(message: string) {
    super(messageLine(message));
  }
}

/** The request was cancelled, or its document has changed since. Never shown. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor() {
    super('cancelled');
  }
}

/** Exact probabilities of bytes are not available here. The message says why, where, and what would help. */
export class InexactError extends UserError {
  override readonly name = 'InexactError';
}

/** A tokenizer's files cannot be used. The message names the file and the field, and says what to do. */
export class TokenizerError extends UserError {
  override readonly name = 'TokenizerError';
}

/** "fim" in tokenscope.json cannot be used. */
export class FimError extends UserError {
  override readonly name = 'FimError';
}

/** A feature's predicate cannot be parsed. The message names the character. */
export class PredicateError extends UserError {
  override readonly name = 'PredicateError';
}

/** A file is a plain text without a sign of reasoning: a trace only if the user says that it is one. */
export class PlainTextError extends UserError {
  override readonly name = 'PlainTextError';
}

/** Saved log-probabilities do not fit their text. The message names the first byte that differs. */
export class AlignError extends UserError {
  override readonly name = 'AlignError';
}
