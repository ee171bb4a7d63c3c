// A lexicon learned on the texts beside the tokenizer: fewer tokens, and fewer kinds of them.
import { seededRandom } from '../../random';
import { loadTokenizer } from '../../tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { displayToken } from '../../displayToken';
import { encodeUtf8 } from '../../text/utf8';
import { learn } from '../measures/lessIsBetter/learn';
import type { Lexicon } from '../measures/lessIsBetter/lexicon';
import { segment, tokensAndTypes } from '../measures/lessIsBetter/segment';
import { PUBLISHED_SETTINGS } from '../measures/lessIsBetter/settings';
import { toTokenizerJson } from '../measures/trainBpe/tokenizerJson';
import { trainBpe } from '../measures/trainBpe/trainBpe';
import type { Row, Table } from '../report';
import type { SectionKind } from '../sectionKind';

/** Lines that are learned from, and UTF-16 units in them. */
const MOST_LINES = 20_000;
const MOST_TEXT = 1 << 20;
/** Longer lines are data. */
const LONGEST_LINE = 1000;
const MAX_LISTED = 200;
/** As they are learned; the published evaluation cuts further, to compare with words. */
const AS_LEARNED = { longestUnit: PUBLISHED_SETTINGS.longestUnit, subunits: false };

export const lexicon: SectionKind = {
  open({ tokenizers, names, options: { seed } }) {
    const lines: string[] = [];
    let length = 0;
    let isPart = false;
    return {
      add({ text }) {
        for (const line of text.split('\n')) {
          // The method reads lines without blanks: it has to find the words.
          const read = line.replace(/\s+/g, '');
          if (read === '' || read.length > LONGEST_LINE) continue;
          isPart ||= lines.length >= MOST_LINES || length + read.length > MOST_TEXT;
          if (isPart) return;
          lines.push(read);
          length += read.length;
        }
      },
      finish(onProgress) {
        if (lines.length === 0) return { missing: 'The texts have no lines to learn from.' };
        const learned = learn(lines, PUBLISHED_SETTINGS, seededRandom(seed), onProgress);
        return [sizeTable(names, tokenizers, lines, learned, isPart), unitTable(lines, learned)];
      },
    };
  },
};

function sizeTable(
  names: readonly string[],
  tokenizers: readonly Tokenizer[],
  lines: readonly string[],
  learned: Lexicon,
  isPart: boolean,
): Table {
  const own = tokensAndTypes(lines, learned, AS_LEARNED);
  const part = isPart ? ` Only the first ${lines.length} lines are read.` : '';
  return {
    kind: 'table',
    title: 'Tokens and types',
    meaning: `The lines of up to ${LONGEST_LINE} characters, without spaces, are split by the learned lexicon; by a byte-level BPE tokenizer trained on the same lines, with as many entries as the lexicon but at least 256; and by the tokenizer, which was made for text with spaces. A type is a distinct token.${part}`,
    columns: [
      { title: 'Split by', format: 'text' },
      { title: 'Tokens', format: 'count', hasBar: true },
      { title: 'Types', format: 'count', hasBar: true },
    ],
    rows: [
      { cells: ['the lexicon', own.tokens, own.types] },
      rowOf('a BPE of these lines', bpeOf(lines, learned.size), lines),
      ...tokenizers.map((tokenizer, i) => rowOf(names[i]!, tokenizer, lines)),
    ],
  };
}

/** Trained on the lines, with as many entries as the lexicon has, or its 256 bytes alone. */
function bpeOf(lines: readonly string[], entries: number): Tokenizer {
  const trained = toTokenizerJson(trainBpe(lines, { vocabSize: entries }));
  return loadTokenizer({ 'tokenizer.json': trained });
}

function rowOf(name: string, tokenizer: Tokenizer, lines: readonly string[]): Row {
  const types = new Set<number>();
  let tokens = 0;
  for (const line of lines) {
    const { ids } = tokenizer.encode(line);
    tokens += ids.length;
    for (const id of ids) types.add(id);
  }
  return { cells: [name, tokens, types.size] };
}

function unitTable(lines: readonly string[], learned: Lexicon): Table {
  const counts = new Map<string, number>();
  for (const line of lines) {
    let start = 0;
    for (const end of segment(line, learned, AS_LEARNED)) {
      const unit = line.slice(start, end);
      counts.set(unit, (counts.get(unit) ?? 0) + 1);
      start = end;
    }
  }
  const { units } = learned;
  return {
    kind: 'table',
    title: 'The lexicon',
    meaning: 'Units that were useful most often come first.',
    columns: [
      { title: 'Unit', format: 'text' },
      { title: 'Rank', format: 'count' },
      { title: 'Times', format: 'count', hasBar: true },
    ],
    rows: units.slice(0, MAX_LISTED).map(({ text, rank }) => ({
      cells: [displayToken(encodeUtf8(text)), rank + 1, counts.get(text) ?? 0],
    })),
    total: units.length,
  };
}
