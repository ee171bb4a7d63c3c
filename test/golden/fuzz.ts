/**
 * The strings that `tokens.json` holds digests of, made the same way as `training/golden/tokens.py` makes them:
 * whole numbers of 32 bits only, so that two languages agree on every draw.
 */

export function mulberry32(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Range = readonly [low: number, high: number];

/** Code points by kind: ASCII, controls, Latin, combining marks, scripts, signs, emoji, astral planes, private use, all of Unicode. */
const RANGES: readonly (readonly Range[])[] = [
  [[0x20, 0x7e]],
  [[0x61, 0x7a]],
  [[0x0, 0x1f], [0x7f, 0xa0]],
  [[0xa1, 0x24f]],
  [[0x300, 0x36f], [0x61, 0x7a], [0xe0, 0xff]],
  [[0x370, 0x52f]],
  [[0x590, 0x6ff]],
  [[0x900, 0xdff]],
  [[0xe00, 0xeff]],
  [[0x1100, 0x11ff], [0xac00, 0xd7a3]],
  [[0x3040, 0x30ff], [0x4e00, 0x9fff]],
  [[0x2000, 0x2bff]],
  [[0xfb00, 0xfdff], [0xfe20, 0xfe2f], [0xff00, 0xffef]],
  [[0x1f000, 0x1faff]],
  [[0x10000, 0x1ffff], [0x20000, 0x2ffff]],
  [[0xe000, 0xf8ff], [0xe0000, 0xe01ef], [0x10fff0, 0x10ffff]],
  [[0x0, 0xd7ff], [0xe000, 0xffff], [0x10000, 0x10ffff]],
];
const SPACES = [0x20, 0x20, 0x20, 0x20, 0x9, 0xa, 0xd, 0xb, 0xc, 0x85, 0xa0, 0x1680, 0x2003, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff, 0x200b];
const EMOJI = [0x1f600, 0x1f468, 0x1f469, 0x1f467, 0x1f3fb, 0x1f3ff, 0x200d, 0x200d, 0xfe0f, 0xfe0e, 0x20e3, 0x1f1e6, 0x1f1fa, 0x1f1f8, 0x2764, 0x1f308, 0x1f3f4, 0xe0067, 0xe007f, 0x31];
const DIGITS = [0x30, 0x31, 0x32, 0x33, 0x39, 0x2e, 0x2c, 0x2d, 0x65, 0x78, 0x661, 0x967, 0xb2, 0xbd, 0x2163, 0xff15, 0x1d7d8, 0x5f];
const WORDS = [
  'const ', 'function', ' return', '=>', 'self.', 'def ', '    ', '\t\t', '\n', '\r\n',
  '\n\n    ', '();', ' === ', '!==', '://', '/*', '*/', '//', '#include', '\'s',
  '\'LL', '\'re', '\'D', 'don\'t', 'I\'Ve', '\u017fs\'\u017f', 'camelCaseName', 'snake_case_name', 'SCREAMING', 'x1y2z3',
  '0x1F', '3.14159', '1_000_000', '${', '}`', '"\\n"', '<div class="', '</', '[[', ']]',
  '...', '???', '<|endoftext|>', '<|fim_prefix|>', '<|im_start|>', '<s>', '\u00e9', 'e\u0301', '\u1e9b\u0323', '\uac00',
  '\u1100\u1161', '\u2126', '\ufb01', 'na\u00efve', '\u0130\u0131', 'stra\u00dfe', ' \u00a0 ', '\u00a0', '   ', ' \n ',
  '\r', '\r\r\n', '\u0085', '\ufeff', 'a\u0300\u0301\u0302',
];

function pick<T>(draw: (below: number) => number, from: readonly T[]): T {
  return from[draw(from.length)] as T;
}

export function* fuzzStrings(seed: number, count: number): Generator<string> {
  const draw = mulberry32(seed);

  const fromRanges = (ranges: readonly Range[]): string => {
    const [low, high] = pick(draw, ranges);
    return String.fromCodePoint(low + draw(high - low + 1));
  };
  const repeat = (most: number, one: () => string): string[] => Array.from({ length: 1 + draw(most) }, one);

  const piece = (): string => {
    const kind = draw(24);
    if (kind < 17) return repeat(12, () => fromRanges(RANGES[kind] as readonly Range[])).join('');
    if (kind === 17) return repeat(10, () => String.fromCodePoint(pick(draw, SPACES))).join('');
    if (kind === 18) return repeat(10, () => String.fromCodePoint(pick(draw, EMOJI))).join('');
    if (kind === 19) return repeat(12, () => String.fromCodePoint(pick(draw, DIGITS))).join('');
    if (kind === 20) {
      const one = fromRanges(pick(draw, RANGES));
      return one.repeat(1 + draw(40));
    }
    return repeat(8, () => pick(draw, WORDS)).join('');
  };

  for (let made = 0; made < count; made++) {
    const length = draw(201);
    const characters: string[] = [];
    while (characters.length < length) characters.push(...piece());
    yield characters.slice(0, length).join('');
  }
}
