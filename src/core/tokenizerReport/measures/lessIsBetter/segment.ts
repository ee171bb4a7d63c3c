// Lines cut into the units of a Less-is-Better lexicon.
import type { Lexicon } from './lexicon';

export interface SegmentOptions {
  /** The longest unit, in characters. */
  readonly longestUnit: number;
  /**
   * Whether a unit is cut into two that both rank before it, and those once more (`find_subs` of the authors' model.py): a
   * unit such as "canyou" is then two words.
   */
  readonly subunits: boolean;
}

/** Those of the published evaluation. */
export const PUBLISHED_SEGMENTATION: SegmentOptions = { longestUnit: 10, subunits: true };

/**
 * The UTF-16 offsets where units of the line end, ascending, the line's own end included: the longest unit at each place,
 * and a character alone where there is none.
 */
export function segment(line: string, lexicon: Lexicon, options: SegmentOptions): number[] {
  const characters = [...line];
  const ends: number[] = [];
  for (let at = 0; at < characters.length;) {
    const to = Math.min(at + options.longestUnit, characters.length);
    const end = at + (lexicon.longest(characters, at, to).unit?.length ?? 1);
    if (options.subunits) cut(characters, at, end, lexicon, 2, ends);
    ends.push(end);
    at = end;
  }
  const offsets = new Uint32Array(characters.length + 1);
  characters.forEach((character, i) => (offsets[i + 1] = offsets[i]! + character.length));
  return ends.map(end => offsets[end]!);
}

/** Appends the cuts inside characters[from, to), ascending. */
function cut(
  characters: readonly string[],
  from: number,
  to: number,
  lexicon: Lexicon,
  levels: number,
  ends: number[],
): void {
  let best: { at: number; first: number; second: number } | undefined;
  for (let end = to - 1; end > from;) {
    const first = lexicon.longest(characters, from, end).unit;
    if (!first) break;
    const at = from + first.length;
    const second = lexicon.find(characters, at, to);
    if (second && (!best || first.rank < best.first))
      best = { at, first: first.rank, second: second.rank };
    end = at - 1;
  }
  const own = lexicon.find(characters, from, to)?.rank ?? lexicon.size;
  if (!best || Math.max(best.first, best.second) >= own) return;
  if (levels > 1) cut(characters, from, best.at, lexicon, levels - 1, ends);
  ends.push(best.at);
  if (levels > 1) cut(characters, best.at, to, lexicon, levels - 1, ends);
}

/** How many units the lines are cut into, and how many different ones. */
export function tokensAndTypes(
  lines: Iterable<string>,
  lexicon: Lexicon,
  options: SegmentOptions,
): { tokens: number; types: number } {
  const types = new Set<string>();
  let tokens = 0;
  for (const line of lines) {
    let start = 0;
    for (const end of segment(line, lexicon, options)) {
      types.add(line.slice(start, end));
      tokens++;
      start = end;
    }
  }
  return { tokens, types: types.size };
}
