// Makes a report: tokenizes each text once by each tokenizer, and shows it to every section.
import { cutText } from '../text/stream/cutText';
import { encodeAfter } from '../text/stream/segment';
import { textSizeOf } from '../text/textSize';
import type { HardBoundaries } from '../tokenizer/hardBoundary';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { WordRuns } from './measures/wordRuns';
import type { SolveLinearProgram } from './measures/mixture/linearProgram';
import type { Report, ReportedTokenizer, Section, SectionWords } from './report';
import type { Missing, ReportOptions, SectionKind, SectionRun, TokenizedText } from './sectionKind';

/** UTF-16 units of a long text that are tokenized at once. */
const PART_LENGTH = 1 << 20;

/** A text that comes in parts, cut between characters, or why it is left out. */
export type ReportText =
  | { readonly path: string; readonly parts: Iterable<string> }
  | { readonly path: string; readonly reason: string };

/** How far a report is: the texts first, then each section. */
export interface ReportProgress {
  onText(path: string, bytesDone: number): void;
  onSection(title: string, share: number): void;
}

export interface ReportRequest {
  /** One, or two that are compared. */
  readonly tokenizers: readonly (ReportedTokenizer & { readonly tokenizer: Tokenizer })[];
  readonly source: string;
  readonly texts: Iterable<ReportText>;
  readonly options: ReportOptions;
  readonly solve: SolveLinearProgram | undefined;
}

/** `kinds`, `words`: of sections by their ids; shown in the order of the words. */
export function makeReport(
  { tokenizers: reported, source, texts, options, solve }: ReportRequest,
  kinds: Readonly<Record<string, SectionKind>>,
  words: Readonly<Record<string, SectionWords>>,
  progress: ReportProgress,
): Report {
  const tokenizers = reported.map(({ tokenizer }) => tokenizer);
  const names = reported.map(({ name }) => name);
  const opened = Object.entries(words)
    .filter(([id, { isSlow }]) => options.sections?.includes(id) ?? !isSlow)
    .map(([id, own]) => {
      const { isOfTokenizer = false, ...kind } = kinds[id]!;
      const run = kind.open({ tokenizers, names, options, solve });
      return { id, own, run, isOfTokenizer };
    });
  const runs = opened.flatMap(({ run }) => ('missing' in run ? [] : [run]));
  let files = 0;
  let bytes = 0;
  const skipped: { path: string; reason: string }[] = [];
  for (const each of texts) {
    if ('reason' in each) {
      skipped.push(each);
      continue;
    }
    files++;
    for (const text of tokenizedParts(each.path, each.parts, tokenizers)) {
      for (const run of runs) run.add?.(text);
      bytes += text.size.bytes;
      progress.onText(each.path, bytes);
    }
  }
  const sections = opened.map(({ id, own, run, isOfTokenizer }): Section => {
    const { title, question, follows, notClaimed } = own;
    progress.onSection(title, 0);
    // Files may all be empty.
    const found = resultOf(run, isOfTokenizer || bytes > 0, share =>
      progress.onSection(title, share),
    );
    const [blocks, missing] = 'missing' in found ? [[], found.missing] : [found, ''];
    return { id, title, question, follows, notClaimed, blocks, missing };
  });
  const named = reported.map(({ name, kind, vocabSize }) => ({ name, kind, vocabSize }));
  return { tokenizers: named, source, files, bytes, skipped, sections };
}

function resultOf(run: SectionRun | Missing, canSay: boolean, onProgress: (share: number) => void) {
  if ('missing' in run) return run;
  if (!canSay) return { missing: 'There is no text to read.' };
  return run.finish(onProgress);
}

/** A long text is cut where every tokenizer has the tokens of the whole; else it is one part. */
function* tokenizedParts(
  path: string,
  parts: Iterable<string>,
  tokenizers: readonly Tokenizer[],
): Generator<TokenizedText> {
  let utf16Offset = 0;
  for (const { text, before } of cutText(commonBoundaries(tokenizers), parts, PART_LENGTH)) {
    const encodings = tokenizers.map(tokenizer =>
      encodeAfter(tokenizer, tokenizer.boundaries?.needsBefore ? before : '', text),
    );
    const words = new WordRuns(text);
    yield { path, text, size: textSizeOf(text), words, utf16Offset, encodings };
    utf16Offset += text.length;
  }
}

/** Undefined where a tokenizer has none. */
function commonBoundaries(tokenizers: readonly Tokenizer[]): HardBoundaries | undefined {
  const all = tokenizers.flatMap(({ boundaries }) => boundaries ?? []);
  if (all.length < tokenizers.length) return undefined;
  return {
    needsBefore: all.some(({ needsBefore }) => needsBefore),
    isHard: (text, at) => all.every(boundaries => boundaries.isHard(text, at)),
  };
}
