// Patterns that consist of one repeated character class, optionally after one white-space character: `\p{N}{1,3}`,
// `\s?\p{L}+`, `[一-龥]+`. They are parsed rather than listed, because their classes are long and differ between files.
import {
  LETTER_FLAG,
  MARK_FLAG,
  NUMBER_FLAG,
  PUNCTUATION_FLAG,
  SPACE_FLAG,
  SYMBOL_FLAG,
  categories,
} from '../unicode/categories';
import { codePointAt } from '../unicode/classes';
import { belongsTo, type Belongs } from '../unicode/ranges';
import { matchesLineFeeds, stopsAtBoundaries } from './boundaries';
import type { Match } from './scan';
import { CARRIAGE_RETURN, LINE_FEED, SPACE } from '../../text/characters';

const CLASS = /\\p\{[A-Z]\}|\[(?!\^)(?:[^[\]&\\]|\\.)+\]/su;
const SHAPE = new RegExp(`^(\\\\s\\?| \\?)?(${CLASS.source})(\\+|\\{1,(\\d)\\})?$`, 'su');
const FLAGS: Record<string, number> = {
  L: LETTER_FLAG,
  M: MARK_FLAG,
  N: NUMBER_FLAG,
  P: PUNCTUATION_FLAG,
  S: SYMBOL_FLAG,
};

export interface RunShape {
  /** Before the run, as the pattern spells it. */
  readonly lead: string | undefined;
  readonly belongs: Belongs;
  /** The most characters. */
  readonly limit: number;
}

/** Undefined if the pattern has another form. */
export function runShape(pattern: string): RunShape | undefined {
  const shape = SHAPE.exec(pattern);
  if (!shape) return undefined;
  const [, lead, characters, repeat, most] = shape;
  const belongs = classOf(characters!);
  if (!belongs) return undefined;
  const limit = repeat === undefined ? 1 : most === undefined ? Infinity : Number(most);
  return { lead, belongs, limit };
}

/** The matcher of a run. */
export function runMatch({ lead, belongs, limit }: RunShape): Match {
  const run = repeatedClass(belongs, limit);
  const stops = !belongs(SPACE) && !belongs(LINE_FEED);
  if (lead === undefined) {
    if (limit === 1 && belongs(LINE_FEED)) return matchesLineFeeds(run);
    return stops ? stopsAtBoundaries(run) : run;
  }
  const isLead: Belongs =
    lead === ' ?' ? code => code === SPACE : code => (categories()[code]! & SPACE_FLAG) !== 0;
  const afterOptionalLead: Match = (text, from, to) => {
    // White-space characters are one unit long.
    if (isLead(text.charCodeAt(from))) {
      const end = run(text, from + 1, to);
      if (end > from + 1) return end;
    }
    return run(text, from, to);
  };
  return stops && lead === ' ?' ? stopsAtBoundaries(afterOptionalLead) : afterOptionalLead;
}

export function literal(content: string): Match {
  const match: Match = (text, from, to) =>
    text.startsWith(content, from) && from + content.length <= to ? from + content.length : from;
  return /\n|(?!^) /.test(content) ? match : stopsAtBoundaries(match);
}

/** Matches up to `most` characters of the class. */
export function repeatedClass(belongs: Belongs, most: number): Match {
  return (text, from, to) => {
    let end = from;
    for (let i = 0; i < most && end < to; i++) {
      const code = codePointAt(text, end, to);
      if (!belongs(code)) break;
      end += code > 0xffff ? 2 : 1;
    }
    return end;
  };
}

function classOf(source: string): Belongs | undefined {
  const named = /^\\p\{(.)\}$/.exec(source);
  if (named) {
    const flag = FLAGS[named[1]!];
    return flag === undefined ? undefined : code => (categories()[code]! & flag) !== 0;
  }
  const items = [...source.slice(1, -1).matchAll(/\\.|./gsu)].map(([item]) => codeOf(item));
  const ranges: [number, number][] = [];
  for (let i = 0; i < items.length; i++) {
    const first = items[i]!;
    const isRange = items[i + 1] === HYPHEN && i + 2 < items.length;
    const last = isRange ? items[(i += 2)]! : first;
    if (first < 0 || last < first) return undefined;
    ranges.push([first, last + 1]);
  }
  return belongsTo(ranges);
}

const HYPHEN = -1;
const UNKNOWN = -2;

/** The code point of one item of a class. */
function codeOf(item: string): number {
  if (item === '-') return HYPHEN;
  if (item[0] !== '\\') return item.codePointAt(0)!;
  if (item === '\\r') return CARRIAGE_RETURN;
  if (item === '\\n') return LINE_FEED;
  return /[a-z0-9]/i.test(item[1]!) ? UNKNOWN : item.codePointAt(1)!;
}
