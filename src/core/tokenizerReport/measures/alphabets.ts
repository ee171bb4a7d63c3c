// Which alphabets a vocabulary covers, as in Qtok (arXiv:2410.12989).
import type { Tokenizer } from '../../tokenizer/tokenizer';
import { decodedRanges } from '../../tokenizer/unicode/ranges';
import { alphabetRanges } from '../alphabetRanges';
import { entriesOf, withoutBlank } from './entries';

export interface AlphabetRow {
  /** The table's language code. */
  readonly code: string;
  /** In English. */
  readonly language: string;
  /** Characters of the alphabet. */
  readonly characters: number;
  /** Those that are a token, alone or after one blank. */
  readonly single: number;
  /** Entries that are spelled in the alphabet alone, one blank before them left out. An entry may be in several. */
  readonly entries: number;
}

/** Codes of the table that are no language's, or another one's, or that runtimes have no name for. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  abq: 'Abaza',
  ang: 'Angika',
  bh: 'Bihari',
  braille: 'Braille',
  ch: 'Chinese',
  ge: 'Georgian',
  gre: 'Greek',
  lbe: 'Lak',
  mah: 'Magahi',
  pb: 'Punjabi',
  rs: 'Serbian (Latin)',
  sck: 'Sadri',
  sh: 'Shan',
  tab: 'Tabasaran',
  tjk: 'Tajik',
};

/** In the order of the table. `alphabets` maps codes to ranges of characters. */
export function alphabetsOf(
  tokenizer: Tokenizer,
  alphabets: Readonly<Record<string, string>> = alphabetRanges,
): AlphabetRow[] {
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  const rows = Object.entries(alphabets).map(([code, ranges]) => {
    const characters = new Set<number>();
    for (const [first, end] of decodedRanges(ranges)) {
      for (let character = first; character < end; character++) characters.add(character);
    }
    const language = OWN_NAMES[code] ?? names.of(code)!;
    return { code, language, characters, entries: 0 };
  });
  /** By character: the alphabets that have it, a bit for each. */
  const having = new Map<number, Uint32Array>();
  const none = new Uint32Array(Math.ceil(rows.length / 32));
  for (const [row, { characters }] of rows.entries()) {
    for (const character of characters) {
      let own = having.get(character);
      if (!own) having.set(character, (own = none.slice()));
      own[row >> 5]! |= 1 << (row & 31);
    }
  }
  const singles = new Set<number>();
  /** Of an entry: the alphabets that have all its characters. */
  const common = none.slice();
  for (const { text, class: name } of entriesOf(tokenizer)) {
    if (text === undefined || name === 'special') continue;
    const spelling = withoutBlank(text);
    const first = spelling.codePointAt(0)!;
    if (spelling.length === (first > 0xffff ? 2 : 1)) singles.add(first);
    common.fill(0xffffffff);
    for (const character of spelling) {
      const own = having.get(character.codePointAt(0)!) ?? none;
      for (let i = 0; i < common.length; i++) common[i]! &= own[i]!;
    }
    for (let row = 0; row < rows.length; row++) {
      if ((common[row >> 5]! >>> (row & 31)) & 1) rows[row]!.entries++;
    }
  }
  return rows.map(({ code, language, characters, entries }) => {
    let single = 0;
    for (const character of characters) if (singles.has(character)) single++;
    return { code, language, characters: characters.size, single, entries };
  });
}
