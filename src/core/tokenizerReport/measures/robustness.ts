// How many token boundaries survive small edits, outside of what is edited: a tokenizer that cuts a word anew for one
// letter shows a model other tokens for nearly the same text (the motivation of arXiv:2501.10322).
import { utf8Length } from '../../text/utf8';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { applyEdits, EDIT_KINDS, randomEdits, type Edit, type EditKind } from './edits';

export interface RobustnessRow {
  readonly kind: EditKind;
  readonly edits: number;
  /** Boundaries of the original inside the text, but none that an edit takes away or adds to. */
  readonly boundaries: number;
  readonly survived: number;
  /** Survived ÷ boundaries; null without any. */
  readonly share: number | null;
  /** The same of those inside words that are edited, their edges among them. */
  readonly near: number;
  readonly nearSurvived: number;
  readonly nearShare: number | null;
}

/** Counts of one kind. */
type Survival = Pick<RobustnessRow, 'edits' | 'boundaries' | 'survived' | 'near' | 'nearSurvived'>;

export class RobustnessCounts {
  readonly #rows = new Map<EditKind, Survival>();
  /** Each has a seed of its own, so that short ones are not all edited alike. */
  #texts = 0;

  /** `rate`: the share of words that are edited. */
  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly seed: number,
    private readonly rate = 0.05,
  ) {}

  /** Encodes the text four times: give it a sample. */
  add(text: string): void {
    const { byteEnds } = this.tokenizer.encode(text);
    for (const [i, kind] of EDIT_KINDS.entries()) {
      const edits = randomEdits(
        text,
        kind,
        this.rate,
        this.seed + this.#texts * EDIT_KINDS.length + i,
      );
      const edited = this.tokenizer.encode(applyEdits(text, edits)).byteEnds;
      const found = survivalOf(text, edits, byteEnds, edited);
      const sum = this.#rows.get(kind);
      this.#rows.set(kind, sum ? added(sum, found) : found);
    }
    this.#texts++;
  }

  result(): RobustnessRow[] {
    const share = (part: number, all: number) => (all > 0 ? part / all : null);
    return [...this.#rows].map(([kind, row]) => ({
      kind,
      ...row,
      share: share(row.survived, row.boundaries),
      nearShare: share(row.nearSurvived, row.near),
    }));
  }
}

function added(a: Survival, b: Survival): Survival {
  return {
    edits: a.edits + b.edits,
    boundaries: a.boundaries + b.boundaries,
    survived: a.survived + b.survived,
    near: a.near + b.near,
    nearSurvived: a.nearSurvived + b.nearSurvived,
  };
}

/** `ends`, `editedEnds`: byte offsets of token ends in the text and in the edited one, not descending. */
export function survivalOf(
  text: string,
  edits: readonly Edit[],
  ends: ArrayLike<number>,
  editedEnds: ArrayLike<number>,
): Survival {
  const spans = byteSpans(text, edits);
  let [boundaries, survived, near, nearSurvived] = [0, 0, 0, 0];
  /** The first edit that does not end before the boundary, and by how much those before it have moved what follows. */
  let [next, shift, other, last] = [0, 0, 0, 0];
  const end = ends[ends.length - 1] ?? 0;
  for (let i = 0; i < ends.length; i++) {
    const at = ends[i]!;
    if (at === last || at >= end) continue;
    last = at;
    while (next < spans.length && isPast(spans[next]!, at)) shift += spans[next++]!.growth;
    const span = spans[next];
    if (span && at > span.start && at < span.end) continue;
    if (span && span.start === span.end && at === span.start) continue;
    while (other < editedEnds.length && editedEnds[other]! < at + shift) other++;
    const survives = editedEnds[other] === at + shift;
    boundaries++;
    if (survives) survived++;
    const before = spans[next - 1];
    const isNear =
      (span !== undefined && at >= span.wordStart) ||
      (before !== undefined && at <= before.wordEnd);
    if (isNear) near++;
    if (isNear && survives) nearSurvived++;
  }
  return { edits: edits.length, boundaries, survived, near, nearSurvived };
}

interface ByteSpan {
  readonly start: number;
  readonly end: number;
  /** By how many bytes the edit moves what follows. */
  readonly growth: number;
  /** Of the word and the edit. */
  readonly wordStart: number;
  readonly wordEnd: number;
}

/** An insertion is not past its own place: a boundary there is neither before nor after it. */
function isPast({ start, end }: ByteSpan, at: number): boolean {
  return start === end ? at > end : at >= end;
}

function byteSpans(text: string, edits: readonly Edit[]): ByteSpan[] {
  let [index, bytes] = [0, 0];
  const moveTo = (to: number) => {
    bytes += utf8Length(text, index, to);
    index = to;
    return bytes;
  };
  return edits.map(({ start, end, by, wordStart, wordEnd }) => {
    const from = moveTo(Math.min(start, wordStart));
    const first = from + utf8Length(text, index, start);
    const last = first + utf8Length(text, start, end);
    const word = from + utf8Length(text, index, wordEnd);
    const growth = utf8Length(by, 0, by.length) - (last - first);
    return { start: first, end: last, growth, wordStart: from, wordEnd: word };
  });
}
