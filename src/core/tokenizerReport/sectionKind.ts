// What a section of the report is: it is given each text once, and then gives its numbers.
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer';
import type { TextSize } from '../text/textSize';
import type { Price } from './measures/cost';
import type { SolveLinearProgram } from './measures/mixture/linearProgram';
import type { Question } from './measures/passages';
import type { WordRuns } from './measures/wordRuns';
import type { Block } from './report';

/** A text, or a part of a long one, with its tokens by each tokenizer of the report. */
export interface TokenizedText {
  /** For display, and in places: relative to what the report is of. */
  readonly path: string;
  readonly text: string;
  readonly size: TextSize;
  /** Its words, found once for all sections. */
  readonly words: WordRuns;
  /** Where the part begins in its file. */
  readonly utf16Offset: number;
  /** [tokenizer]; their spans are of the text's UTF-8. */
  readonly encodings: readonly Encoding[];
}

export interface SectionContext {
  /** One, or two that are compared. */
  readonly tokenizers: readonly Tokenizer[];
  /** [tokenizer]; for display. */
  readonly names: readonly string[];
  readonly options: ReportOptions;
  /** There where a section that solves is wanted. */
  readonly solve: SolveLinearProgram | undefined;
}

/** What the user chose; what is not there has a default, or its section says how to choose it. */
export interface ReportOptions {
  /** Ids of the sections that are wanted; without it those that are not slow. */
  readonly sections?: readonly string[] | undefined;
  /** For random edits and samples. */
  readonly seed: number;
  /** Terms that matter to the user; without them the identifiers of the texts. */
  readonly glossary?: readonly string[];
  /** With the passages that answer them, for chunks. */
  readonly questions?: readonly Question[];
  /** How the section on training data groups the texts: by the endings of their names, or by their folders. */
  readonly categories?: 'ending' | 'folder';
  /** What tokens cost; without them nothing is said of it. */
  readonly prices?: readonly Price[];
}

/** Why a section has no numbers, and what would give it some. */
export interface Missing {
  readonly missing: string;
}

export interface SectionRun {
  /** Called for each text in turn. */
  add?(text: TokenizedText): void;
  /** Called once, after all texts. `onProgress`: the share that is done, from 0 to 1. */
  finish(onProgress: (share: number) => void): readonly Block[] | Missing;
}

/** What answers a section's question; `sections/sectionWords.ts` has the words. */
export interface SectionKind {
  /** It says something of a tokenizer without any text. */
  readonly isOfTokenizer?: boolean;
  open(context: SectionContext): SectionRun | Missing;
}
