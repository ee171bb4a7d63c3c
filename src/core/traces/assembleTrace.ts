// Converts what a format found in a row to a trace.
import { encodeUtf8, utf8LengthAt } from '../text/utf8';
import { alignLogprobs, type WrittenSpan } from './alignLogprobs';
import { finalAnswer } from './answers/finalAnswer';
import { AlignError } from '../errors';
import { definedFields } from '../json';
import type { MarkedText, RawPart, RawTrace } from './formats/rawTrace';
import { splitAtMarks } from './formats/thinkMarks';
import { stepStarts } from './stepStarts';
import type { TracePart, SavedLogprobs, TraceSegment, TraceStep, Trace } from './trace';

/** The separator of parts that are separate in the file. */
const BETWEEN = '\n\n';

export interface RowPlace {
  /** For display: 'line 3'. */
  readonly name: string;
  readonly format: string;
  readonly utf16Start: number;
  readonly utf16End: number;
  /** Prepended to the paths of the trace's parts. */
  readonly path: readonly (string | number)[];
}

export function assembleTrace(raw: RawTrace, row: RowPlace): Trace {
  const segments: TraceSegment[] = [];
  const steps: TraceStep[] = [];
  const parts: TracePart[] = [];
  const spans: WrittenSpan[] = [];
  const texts: string[] = [];
  const said: Record<TraceSegment['kind'], string[]> = { thinking: [], answer: [], tool: [] };
  let bytes = 0;
  for (const [index, part] of raw.parts.entries()) {
    const { text: own, label } = part;
    if (own === '') continue;
    const between = separator(texts.at(-1), part);
    if (between) texts.push(between);
    bytes += between.length;
    const offsets = utf8Offsets(own);
    const place = (utf16: number) => bytes + offsets[utf16]!;
    for (const { kind, start, end } of rangesOf(part)) {
      segments.push({ kind, start: place(start), end: place(end) });
      said[kind].push(own.slice(start, end));
      if (kind === 'tool') continue;
      const starts = part.steps ?? stepStarts(own.slice(start, end)).map(at => start + at);
      starts.forEach((from, i) => {
        const to = starts[i + 1] ?? end;
        steps.push({ start: place(from), end: place(to), ...(label && { label }) });
      });
    }
    const span = { start: bytes, end: place(own.length) };
    if (part.path) parts.push({ ...span, path: [...row.path, ...part.path] });
    if (part.kind !== 'tool') spans.push({ ...span, kind: part.kind, part: index });
    texts.push(own);
    bytes = span.end;
  }
  const text = texts.join('');
  const { question, target, isRight, firstWrongStep } = raw;
  // A thought is asked only where nothing follows it.
  const written = said.answer.length > 0 ? said.answer : said.thinking;
  const answer = raw.answer ?? finalAnswer(written.join(BETWEEN));
  const { aligned, refused } = alignedAll(raw, text, spans, segments);
  return {
    id: [row.name, raw.id].filter(Boolean).join(', '),
    format: row.format,
    ...definedFields({ question, answer, target, isRight, firstWrongStep }),
    text,
    segments,
    steps,
    parts,
    notes: [...new Set(raw.parts.flatMap(({ note }) => note ?? []))],
    logprobs: aligned,
    refused: [...(raw.refused ?? []), ...refused],
    row: { utf16Start: row.utf16Start, utf16End: row.utf16End },
  };
}

/** Listed steps are put on lines of their own. */
function separator(before: string | undefined, { steps, goesOn }: RawPart): string {
  if (before === undefined || goesOn) return '';
  if (!steps) return BETWEEN;
  return /\s/.test(before.at(-1)!) ? '' : '\n';
}

function rangesOf({ kind, text, steps, isUnmarked }: RawPart): readonly MarkedText[] {
  if (kind === 'answer' && !steps && !isUnmarked) return splitAtMarks(text);
  return [{ kind, start: 0, end: text.length }];
}

/** [UTF-16 offset, plus one for the end]: bytes before it. */
function utf8Offsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    offsets[at] = bytes;
    const length = utf8LengthAt(text, at);
    bytes += length;
    if (length === 4) offsets[++at] = bytes;
  }
  offsets[text.length] = bytes;
  return offsets;
}

function alignedAll(
  raw: RawTrace,
  text: string,
  written: readonly WrittenSpan[],
  segments: readonly TraceSegment[],
) {
  const utf8 = raw.logprobs?.length ? encodeUtf8(text) : new Uint8Array();
  const aligned: SavedLogprobs[] = [];
  const refused: string[] = [];
  for (const series of raw.logprobs ?? []) {
    try {
      const { leftOut, ...found } = alignLogprobs(series, utf8, written, segments);
      aligned.push(found);
      if (leftOut !== undefined) refused.push(`${series.source}: ${leftOut}`);
    } catch (error) {
      if (!(error instanceof AlignError)) throw error;
      refused.push(`${series.source}: ${error.message}`);
    }
  }
  return { aligned, refused };
}
