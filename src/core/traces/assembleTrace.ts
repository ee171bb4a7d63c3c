// Converts what a format found in a row to a trace.
import { encodeUtf8, utf8Length } from '../text/utf8';
import { alignLogprobs } from './alignLogprobs';
import { AlignError } from '../errors';
import { definedFields } from '../json';
import type { RawTrace } from './formats/rawTrace';
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
  let text = '';
  let bytes = 0;
  for (const part of raw.parts) {
    if (text !== '') {
      // Listed steps are put on lines of their own.
      const between = part.steps && !/\s$/.test(text) ? '\n' : part.steps ? '' : BETWEEN;
      text += between;
      bytes += between.length;
    }
    const own = part.text;
    const place = (utf16: number) => bytes + utf8Length(own, 0, utf16);
    const ranges =
      part.kind === 'answer' && !part.steps
        ? splitAtMarks(own)
        : [{ kind: part.kind, start: 0, end: own.length }];
    for (const { kind, start, end } of ranges) {
      segments.push({ kind, start: place(start), end: place(end) });
      if (kind === 'tool') continue;
      const starts = part.steps ?? stepStarts(own.slice(start, end)).map(at => start + at);
      starts.forEach((from, i) => {
        const label = raw.stepLabels?.[steps.length];
        const to = starts[i + 1] ?? end;
        steps.push({ start: place(from), end: place(to), ...(label && { label }) });
      });
    }
    const length = utf8Length(own, 0, own.length);
    if (part.path)
      parts.push({ start: bytes, end: bytes + length, path: [...row.path, ...part.path] });
    text += own;
    bytes += length;
  }
  const { question, answer, target, isRight, firstWrongStep } = raw;
  const { aligned, refused } = alignedAll(raw, text, segments);
  return {
    id: [row.name, raw.id].filter(Boolean).join(', '),
    format: row.format,
    ...definedFields({ question, answer, target, isRight, firstWrongStep }),
    text,
    segments,
    steps,
    parts,
    logprobs: aligned,
    refused: [...(raw.refused ?? []), ...refused],
    row: { utf16Start: row.utf16Start, utf16End: row.utf16End },
  };
}

function alignedAll(raw: RawTrace, text: string, segments: readonly TraceSegment[]) {
  const utf8 = raw.logprobs?.length ? encodeUtf8(text) : new Uint8Array();
  const aligned: SavedLogprobs[] = [];
  const refused: string[] = [];
  for (const series of raw.logprobs ?? []) {
    try {
      aligned.push(alignLogprobs(series, utf8, segments));
    } catch (error) {
      if (!(error instanceof AlignError)) throw error;
      refused.push(`${series.source}: ${error.message}`);
    }
  }
  return { aligned, refused };
}
