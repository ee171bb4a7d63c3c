// The Unicode script of a character, by the tables of the JavaScript runtime. A character is looked up once, by regular
// expressions, and then remembered: texts have few different ones.

/** Scripts of Unicode 17.0 by their long names, those of most texts first. A runtime that lacks one finds no character of it. */
const NAMES =
  'Common Inherited Latin Cyrillic Han Arabic Devanagari Hiragana Katakana Hangul Greek Hebrew Thai Bengali Tamil Telugu ' +
  'Georgian Armenian Ethiopic Khmer Myanmar Gujarati Gurmukhi Kannada Malayalam Sinhala Lao Tibetan Mongolian Oriya ' +
  'Adlam Ahom Anatolian_Hieroglyphs Avestan Balinese Bamum Bassa_Vah Batak Beria_Erfe Bhaiksuki Bopomofo Brahmi Braille ' +
  'Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Coptic Cuneiform Cypriot ' +
  'Cypro_Minoan Deseret Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Garay Glagolitic Gothic Grantha ' +
  'Gunjala_Gondi Gurung_Khema Hanifi_Rohingya Hanunoo Hatran Imperial_Aramaic Inscriptional_Pahlavi ' +
  'Inscriptional_Parthian Javanese Kaithi Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khojki Khudawadi Kirat_Rai Lepcha ' +
  'Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin ' +
  'Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mro Multani Nabataean Nag_Mundari ' +
  'Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic ' +
  'Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Osage Osmanya ' +
  'Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada ' +
  'Shavian Siddham Sidetic SignWriting Sogdian Sora_Sompeng Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog ' +
  'Tagbanwa Tai_Le Tai_Tham Tai_Viet Tai_Yo Takri Tangsa Tangut Thaana Tifinagh Tirhuta Todhri Tolong_Siki Toto Tulu_Tigalari ' +
  'Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square';

/** [script]; the last one is of characters that have no script in this runtime, surrogates among them. */
export const scriptNames: readonly string[] = [...NAMES.split(' '), 'Unknown'];

/** Punctuation; digits, symbols and white space that several scripts use. */
export const COMMON_SCRIPT = 0;
/** Marks that take the script of the character that they stand on. */
export const INHERITED_SCRIPT = 1;
const UNKNOWN = scriptNames.length - 1;

/** Scripts whose words no blank divides, so that a run of letters is a clause and not a word. */
const UNDIVIDED = new Set(
  'Han Hiragana Katakana Thai Lao Khmer Myanmar Tibetan Tai_Le New_Tai_Lue Tai_Tham Tai_Viet Yi Javanese Balinese'
    .split(' ')
    .map(name => scriptNames.indexOf(name)),
);

export const hasNoBlanks = (script: number): boolean => UNDIVIDED.has(script);

/** [code point]; script + 1, 0 if it is not known yet. */
let known: Uint8Array | undefined;
/** [script]; null if the runtime does not know the script. */
const tests: (RegExp | null | undefined)[] = [];
/** The script that was found last: the next new character is probably of it. */
let last = 0;

/** An index of `scriptNames`. */
export function scriptOf(code: number): number {
  known ??= new Uint8Array(0x110000);
  const found = known[code]!;
  if (found !== 0) return found - 1;
  const script = findScript(String.fromCodePoint(code));
  known[code] = script + 1;
  return script;
}

function findScript(character: string): number {
  // What divides words is of none, also where one script alone has it, such as Ethiopic's word space.
  if (/\p{P}/u.test(character)) return COMMON_SCRIPT;
  if (isOf(last, character)) return last;
  for (let script = 0; script < UNKNOWN; script++) {
    if (isOf(script, character)) return (last = script);
  }
  return UNKNOWN;
}

function isOf(script: number, character: string): boolean {
  if (tests[script] === undefined) tests[script] = testOf(scriptNames[script]!);
  return tests[script]?.test(character) === true;
}

function testOf(name: string): RegExp | null {
  try {
    return new RegExp(`\\p{Script=${name}}`, 'u');
  } catch {
    return null;
  }
}
