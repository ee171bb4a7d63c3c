// Aligns the log-probabilities of a file with its text. They are compared byte by byte: if they do not match, they are
// refused with the first byte that differs, never placed approximately. Between the parts of a text the tokens may have
// markers that the server took out; what is left out is named.
import { AlignError } from '../errors';
import { displayToken } from '../displayToken';
import { concatBytes } from '../bytes';
import { encodeUtf8 } from '../text/utf8';
import type { RawLogprob, RawLogprobs } from './formats/rawTrace';
import { thinkMarks } from './formats/thinkMarks';
import { isWhitespace, TokenWalk } from './tokenWalk';
import type { SavedLogprobs, SegmentKind, Span, TraceSegment } from './trace';

/** Text of one part of the file that a model wrote. */
export interface WrittenSpan extends Span {
  readonly kind: SegmentKind;
  /** Its index in the parts of the file. */
  readonly part: number;
}

/** A token that ends or begins a text or a message, or a marker around a chain of thought. */
const MARK = `<[|｜][^|｜<>]{1,40}[|｜]>|</?s>|<(?:bos|eos|eot|pad|start_of_turn|end_of_turn)>|${thinkMarks}`;
/** What gpt-oss writes before each of its messages. */
const HEADER =
  '(?:<\\|end\\|>)?(?:<\\|start\\|>assistant)?<\\|channel\\|>[^<]{1,80}(?:<\\|constrain\\|>[^<]{1,40})?<\\|message\\|>';
const NEXT_MARK = new RegExp(`^(?:${HEADER}|${MARK})`);
const MARK_ANYWHERE = new RegExp(MARK, 'g');
/** Calls of tools end a message; servers take them out of the text. */
const TOOL_CALL =
  /^(?:<tool_call>|\[TOOL_CALLS\]|<\|python_tag\|>|<\|tool_calls_section_begin\|>|<｜tool▁calls▁begin｜>|(?:<\|end\|>)?(?:<\|start\|>assistant to=|(?:<\|start\|>assistant)?<\|channel\|>\w+ to=))/;

/** Bytes that hold the longest marker. */
const MARK_BYTES = 320;
/** Markers between two parts, at most: more are not of a model. */
const MARKS = 8;
/** Bytes shown of a difference, and of what is left out; and how much of the latter is listed. */
const SHOWN = 12;
const SHOWN_LEFT_OUT = 48;
const LISTED = 3;

export interface AlignedLogprobs extends SavedLogprobs {
  /** Which tokens are not placed, and why, besides single markers and white space. */
  readonly leftOut?: string;
}

/** The log-probabilities aligned with `text` (UTF-8). Throws `AlignError`. */
export function alignLogprobs(
  { tokens, firstPart = 0, ...series }: RawLogprobs,
  text: Uint8Array,
  written: readonly WrittenSpan[],
  segments: readonly TraceSegment[],
): AlignedLogprobs {
  const about = written.filter(({ part }) => part >= firstPart);
  const from = firstPart > 0 ? (about[0]?.start ?? text.length) : 0;
  const marked = segments.filter(({ kind, start }) => kind !== 'tool' && start >= from);
  let furthest: Difference | undefined;
  for (const spans of coverings({ start: from, end: text.length }, about, marked)) {
    const walk = new TokenWalk(tokens, text);
    const difference = placeSpans(walk, text, spans);
    if (!difference) {
      const leftOut = leftOutOf(tokens, walk);
      return { ...series, tokens: walk.placed, ...(leftOut !== undefined && { leftOut }) };
    }
    if (!furthest || difference.shared > furthest.shared) furthest = difference;
  }
  throw new AlignError(wordsOf(furthest!, text));
}

/** What the tokens may be of: all, or the thinking or the answer alone, as the file has them or within their markers. */
function coverings(
  whole: Span,
  written: readonly WrittenSpan[],
  segments: readonly TraceSegment[],
): (readonly Span[])[] {
  const found: (readonly Span[])[] = [[whole]];
  for (const spans of [written, segments]) {
    const thinking = spans.filter(({ kind }) => kind === 'thinking');
    const answer = spans.filter(({ kind }) => kind === 'answer');
    found.push(...[spans, thinking, answer].filter(({ length }) => length > 0));
  }
  return found;
}

interface Difference {
  /** Bytes of the text before it that the tokens have. */
  readonly shared: number;
  readonly at: number;
  readonly tokens: Uint8Array;
}

/** Undefined if the tokens have all of the spans in this order, and nothing but markers besides. */
function placeSpans(
  walk: TokenWalk,
  text: Uint8Array,
  spans: readonly Span[],
): Difference | undefined {
  let shared = 0;
  for (const span of spans) {
    const difference = placeSpan(walk, text, span);
    if (difference) return { ...difference, shared: shared + difference.shared };
    shared += span.end - span.start;
  }
  for (let marks = 0; marks <= MARKS; marks++) {
    walk.whitespace();
    const next = textAhead(walk);
    if (next === '' || TOOL_CALL.test(next)) return undefined;
    const mark = NEXT_MARK.exec(next);
    if (!mark) break;
    walk.skip(encodeUtf8(mark[0]).length);
  }
  return { shared, at: spans.at(-1)!.end, tokens: walk.ahead(SHOWN) };
}

/** After as few markers as there have to be. White space around the span that both have belongs to the span. */
function placeSpan(walk: TokenWalk, text: Uint8Array, span: Span): Difference | undefined {
  const { start, end } = trim(text, span);
  let furthest: Difference | undefined;
  for (let marks = 0; marks <= MARKS; marks++) {
    const before = walk.bookmark;
    const blanks = walk.whitespace();
    let common = 0;
    while (
      start - common > span.start &&
      common < blanks.length &&
      text[start - common - 1] === blanks[blanks.length - common - 1]
    )
      common++;
    walk.goBack(before);
    walk.skip(blanks.length - common);
    const at = walk.spell({ start: start - common, end });
    if (at === end) {
      walk.spell({ start: end, end: span.end });
      return undefined;
    }
    const shared = at - span.start;
    if (!furthest || shared > furthest.shared) furthest = { shared, at, tokens: walk.ahead(SHOWN) };
    walk.goBack(before);
    walk.skip(blanks.length);
    const mark = NEXT_MARK.exec(textAhead(walk));
    if (!mark) break;
    walk.skip(encodeUtf8(mark[0]).length);
  }
  return furthest;
}

function textAhead(walk: TokenWalk): string {
  return new TextDecoder().decode(walk.ahead(MARK_BYTES));
}

function trim(text: Uint8Array, { start, end }: Span): Span {
  while (start < end && isWhitespace(text[start]!)) start++;
  while (end > start && isWhitespace(text[end - 1]!)) end--;
  return { start, end };
}

function leftOutOf(tokens: readonly RawLogprob[], walk: TokenWalk): string | undefined {
  const touched = new Set(walk.touched);
  const whole = new Set(walk.whole);
  const absent: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const end = () => {
    const bytes = concatBytes(run);
    if (!isMarks(bytes)) absent.push(bytes);
    run = [];
  };
  const partly: Uint8Array[] = [];
  for (const [i, { bytes }] of tokens.entries()) {
    if (!touched.has(i)) {
      run.push(bytes);
      continue;
    }
    end();
    if (!whole.has(i)) partly.push(bytes);
  }
  end();
  const reasons = [
    ...(absent.length > 0 ? [`tokens that are not in the text: ${listOf(absent)}`] : []),
    ...(partly.length > 0 ? [`tokens that are only partly in the text: ${listOf(partly)}`] : []),
  ];
  return reasons.length > 0 ? reasons.join('; ') : undefined;
}

function isMarks(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).replace(MARK_ANYWHERE, '').trim() === '';
}

function listOf(all: readonly Uint8Array[]): string {
  const shown = all.slice(0, LISTED).map(bytes => {
    const cut = displayToken(bytes.subarray(0, SHOWN_LEFT_OUT));
    return `“${cut}${bytes.length > SHOWN_LEFT_OUT ? '…' : ''}”`;
  });
  const rest = all.length - LISTED;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function wordsOf({ at, tokens }: Difference, text: Uint8Array): string {
  const shown = (bytes: Uint8Array) =>
    bytes.length > 0 ? `“${displayToken(bytes.subarray(0, SHOWN))}”` : 'nothing more';
  return (
    `the tokens do not match the text: at byte ${at}, the text has ` +
    `${shown(text.subarray(at))} and the tokens have ${shown(tokens)}`
  );
}
