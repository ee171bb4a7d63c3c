// A reasoning trace: what a model wrote about a question, whatever file it comes from. Offsets are UTF-8 bytes of the
// trace's own text, half-open, unless they are called utf16.

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * thinking: the chain of thought. answer: the text after it, or all of a text without markers. tool: a call of a tool, or
 * what it answered.
 */
export type SegmentKind = 'thinking' | 'answer' | 'tool';

export interface TraceSegment extends Span {
  readonly kind: SegmentKind;
}

export interface TraceStep extends Span {
  /** The file's label for it, for display: 'first mistake', '-1'. */
  readonly label?: string;
}

/** A token that the model could have written instead. */
export interface SavedAlternative {
  readonly bytes: Uint8Array;
  /** Nats. */
  readonly logprob: number;
}

export interface SavedToken extends Span {
  readonly bytes: Uint8Array;
  /** Nats; NaN if the file has none, for example for a first token. */
  readonly logprob: number;
  /** Most probable first; may include the token itself. As many as the file has, possibly none. */
  readonly top: readonly SavedAlternative[];
}

/** Log-probabilities in the file, aligned with the text. They need not cover all of it. */
export interface SavedLogprobs {
  /** Their shape, for display: 'OpenAI chat'. */
  readonly source: string;
  /** raw: the model's own. sampled: after temperature, top-p and the like; not comparable with raw ones. */
  readonly space: 'raw' | 'sampled';
  /** The size of the model's vocabulary, if known; it tightens the entropy bounds of a truncated list. */
  readonly vocabSize?: number;
  /** In text order. */
  readonly tokens: readonly SavedToken[];
}

/** A part of the text that is one string in the file. */
export interface TracePart extends Span {
  /** Keys and indices from the root of the row's JSON; empty if the row is the text itself. */
  readonly path: readonly (string | number)[];
}

export interface Trace {
  /** Unique in its file, for display: 'line 3, generation 2'. */
  readonly id: string;
  /** The format that it was read as, for display: 'GSM8K model solutions'. */
  readonly format: string;
  /** The question, if the file contains it; a model that scores the text is shown it first. */
  readonly question?: string;
  /**
   * What the model wrote, including markers such as `<think>` if the file has them in the text. Parts that are separate
   * in the file are separated by a blank line.
   */
  readonly text: string;
  /** In order; the text between them (markers, blank lines) belongs to no segment. */
  readonly segments: readonly TraceSegment[];
  /** In order; they cover thinking and answer. */
  readonly steps: readonly TraceStep[];
  /** The final answer in the text, if one is found. */
  readonly answer?: string;
  /** The correct answer, if the file contains it. */
  readonly target?: string;
  /** Whether it is correct, if the file says so. */
  readonly isRight?: boolean;
  /** Index of the first wrong step, if the file says so. */
  readonly firstWrongStep?: number;
  readonly logprobs: readonly SavedLogprobs[];
  /** What the text does not say, for display: that its reasoning is encrypted. */
  readonly notes: readonly string[];
  /** Log-probabilities of the file that were refused, with the first byte that differs, and tokens left out. */
  readonly refused: readonly string[];
  /** UTF-16 of the file: the line, or the whole file, that contains the trace. */
  readonly row: { readonly utf16Start: number; readonly utf16End: number };
  /** In order; the text between them, and text that the file does not contain literally, belongs to no part. */
  readonly parts: readonly TracePart[];
}

/** The format of a file that is one text. */
export const PLAIN = 'text';

/** The content of a file. */
export interface TraceFile {
  /** For display. */
  readonly format: string;
  readonly traces: readonly Trace[];
  /** Parts that could not be read, for display: where, what is wrong, what is expected. */
  readonly problems: readonly string[];
  /** Whether it is a plain text without a sign of reasoning, which is a trace only if the user says so. */
  readonly mayBeText?: boolean;
}
