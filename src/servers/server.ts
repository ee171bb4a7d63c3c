// What a server of any kind can be asked, once it was recognised. Everything is by ids of our tokenizer.
import type { Tokenizer } from '../core/tokenizer/tokenizer';
import type { SaidPiece } from './alignPieces';
import type { Look } from './look';
import type { ServerClient } from './serverClient';

export interface Alternative {
  readonly id: number;
  /** Nats. */
  readonly logprob: number;
}

/** What a server says of one token of a given text. */
export interface TokenRow {
  /** Nats. */
  readonly logprob: number;
  /** 1 is the likeliest; 0 where the server does not say. */
  readonly rank: number;
  /** Likeliest first; as many as the server gives, at most the whole vocabulary. */
  readonly top: readonly Alternative[];
}

/** Tokens [first, ids.length) of `ids`, each after all before it; `first` is 1 at least. */
export interface ScoreTask {
  readonly ids: Uint32Array;
  readonly first: number;
  /** Alternatives that are wanted. */
  readonly topK: number;
}

export interface SampleTask {
  readonly prefix: Uint32Array;
  readonly seed: number;
  readonly maxTokens: number;
  /** 0: the likeliest. */
  readonly temperature: number;
  readonly topP: number;
}

export interface Server {
  /** The model's name, as the server has it. */
  readonly model: string;
  readonly version: string;
  /** Tokens that it holds; undefined where it does not say. */
  readonly contextTokens: number | undefined;
  /** Rows of its output; undefined where it does not say. */
  readonly vocabSize: number | undefined;
  /** Alternatives of each token at most; 0 for none. */
  readonly mostAlternatives: number;
  /** Whether it says the rank of tokens that are no alternatives. */
  readonly givesRanks: boolean;
  /** A part of a text costs no more than its own tokens: what is visible can come first. */
  readonly scoresParts: boolean;
  /** The server can give log-probabilities of the whole vocabulary after a prefix. */
  readonly distribution?: (prefix: Uint32Array, signal?: AbortSignal) => Promise<Float32Array>;
  /** Of the next token after a prefix, likeliest first. */
  readonly likeliest?: (prefix: Uint32Array, signal?: AbortSignal) => Promise<Alternative[]>;
  readonly sample?: (task: SampleTask, signal?: AbortSignal) => Promise<Uint32Array>;
  /** The server's own ids of a text, without any that it puts before it. */
  readonly tokenize?: (text: string, signal?: AbortSignal) => Promise<number[]>;
  /** Which model answers now. */
  identity(signal?: AbortSignal): Promise<string>;
  /** `onRows`: rows as they come, of tokens from `first` on. Throws `UserError` where the answer is not what was asked for. */
  score(
    task: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void>;
}

export interface ServerKind {
  /** As it calls itself: 'vLLM'. */
  readonly title: string;
  /** What it is by what it answered; undefined where it is another kind. */
  recognise(look: Look): Recognised | undefined;
}

/** The server's own tokens of a text with any that it puts before it. Throws `UserError`. */
export type PiecesOf = (
  client: ServerClient,
  text: string,
  signal?: AbortSignal,
) => Promise<SaidPiece[]>;

/** Programs whose models are GGUF files of the machine that they run on. */
export type Program = 'ollama' | 'lm-studio';

export interface Recognised {
  readonly model: string;
  readonly version: string;
  /** Names of the model that a tokenizer may be found by: a path on the server's machine, or a name on the hub. */
  readonly sources: readonly string[];
  /** Why it cannot score a given text, and what to do instead: sentences. Then there is no `open`. */
  readonly cannot?: string;
  /** Whose files can be opened instead. */
  readonly program?: Program;
  readonly open?: (client: ServerClient, tokenizer: Tokenizer) => Server;
  /** Undefined where it does not name the tokens of a text. */
  readonly pieces?: PiecesOf;
}
