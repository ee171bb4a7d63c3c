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
    return { code, language, characters, single: new Set<number>(), entries: 0 };
  });
  /** By character: the alphabets that have it. */
  const having = new Map<number, typeof rows>();
  for (const row of rows) {
    for (const character of row.characters) {
      const list = having.get(character);
      if (list) list.push(row);
      else having.set(character, [row]);
    }
  }
  for (const { text, class: name } of entriesOf(tokenizer)) {
    if (text === undefined || name === 'special') continue;
    const codes = Array.from(withoutBlank(text), character => character.codePointAt(0)!);
    for (const row of having.get(codes[0]!) ?? []) {
      if (codes.every(code => row.characters.has(code))) row.entries++;
      if (codes.length === 1) row.single.add(codes[0]!);
    }
  }
  return rows.map(({ code, language, characters, single, entries }) => ({
    code,
    language,
    characters: characters.size,
    single: single.size,
    entries,
  }));
}
