// A reasoning trace: what a model wrote about a question, whatever file it was found in. Offsets are UTF-8 bytes of
// the trace's own text, half-open, unless they are called utf16.

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** thinking: the chain of thought. answer: what is said behind it, or all of a text that has no marks. tool: what no model wrote. */
export type SegmentKind = 'thinking' | 'answer' | 'tool';

export interface TraceSegment extends Span {
  readonly kind: SegmentKind;
}

export interface TraceStep extends Span {
  /** What the file says of it, for people: 'first mistake', '-1'. */
  readonly label?: string;
}

/** One that a model could have written instead. */
export interface SavedAlternative {
  readonly bytes: Uint8Array;
  /** Nats. */
  readonly logprob: number;
}

export interface SavedToken extends Span {
  readonly bytes: Uint8Array;
  /** Nats; NaN where the file has none, as for a first token. */
  readonly logprob: number;
  /** The likeliest first; the token itself may be among them. As many as the file has, down to none. */
  readonly top: readonly SavedAlternative[];
}

/** Log-probabilities that the file holds, aligned with the text. They need not cover all of it. */
export interface SavedLogprobs {
  /** Of which shape they are, for people: 'OpenAI chat'. */
  readonly source: string;
  /** raw: the model's own. sampled: after temperature, top-p and the like; not to be compared with raw ones. */
  readonly space: 'raw' | 'sampled';
  /** Tokens of the model's vocabulary, where known: without it a cut list says less of an entropy. */
  readonly vocabSize?: number;
  /** In the order of the text. */
  readonly tokens: readonly SavedToken[];
}

/** A part of the text that the file holds as one string. */
export interface TracePart extends Span {
  /** Keys and indices from the root of the row's JSON; none where the row is the text itself. */
  readonly path: readonly (string | number)[];
}

export interface Trace {
  /** Unique in its file, for people: 'line 3, generation 2'. */
  readonly id: string;
  /** Which format it was read as, for people: 'GSM8K model solutions'. */
  readonly format: string;
  /** What was asked, where the file says so; a model that scores the text is shown it first. */
  readonly question?: string;
  /** What the model wrote, with marks such as `<think>` where the file has them in the text. Parts that a file holds apart stand a blank line apart. */
  readonly text: string;
  /** In order; what lies between them (marks, blank lines) is none. */
  readonly segments: readonly TraceSegment[];
  /** In order; they cover the segments that a model wrote. */
  readonly steps: readonly TraceStep[];
  /** The final answer as the text gives it, where one is found. */
  readonly answer?: string;
  /** The right answer, where the file says so. */
  readonly target?: string;
  /** Whether the file says that it is right. */
  readonly isRight?: boolean;
  /** Index of the first wrong step, where the file says so. */
  readonly firstWrongStep?: number;
  readonly logprobs: readonly SavedLogprobs[];
  /** Why log-probabilities that the file holds are not among them: with the first byte that differs. */
  readonly refused: readonly string[];
  /** UTF-16 of the file: the line, or the whole file, that the trace is from. */
  readonly row: { readonly utf16Start: number; readonly utf16End: number };
  /** In order; what lies between them, and what stands otherwise in the file, is in none. */
  readonly parts: readonly TracePart[];
}

/** What a file holds. */
export interface TraceFile {
  /** For people. */
  readonly format: string;
  readonly traces: readonly Trace[];
  /** Parts that could not be read, for people: where, what is wrong, what is expected. */
  readonly problems: readonly string[];
}
