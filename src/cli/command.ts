// What a command of the command line is: a value with its own options. Help, docs/cli.md and the parser read it.
import type { Options, Values } from './options';
import type { Piece } from './terminal';

export interface Invocation<O extends Options> {
  /** What is given besides options, as many as `usage` names. */
  readonly operands: readonly string[];
  readonly values: Values<O>;
  /** Names of the options that are on the command line, whatever their values. */
  readonly given: ReadonlySet<string>;
  /** Writes to standard output at the reader's pace: lines of JSON with `--json`, else text for people. */
  print(pieces: Iterable<Piece>): Promise<void>;
}

export interface Command<O extends Options = Options> {
  readonly name: string;
  /** For help: one line, without a full stop. */
  readonly summary: string;
  /** Its operands as help writes them: 'FILE'; 'PATH...' is one or more of them; '' is none. */
  readonly usage: string;
  /** By their names without dashes. */
  readonly options: O;
  /** Throws `UserError` on bad input, `InexactError` where exactness is not available, `Cancelled` when interrupted. */
  run(invocation: Invocation<O>): Promise<void>;
}

/** Infers the types of the option values that `run` reads. */
export function defineCommand<O extends Options>(command: Command<O>): Command<O> {
  return command;
}
