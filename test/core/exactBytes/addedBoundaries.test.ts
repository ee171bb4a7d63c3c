// Added tokens in a text: where they may have begun, and that nothing after that is settled.
import { expect, test } from 'vitest';
import { AddedBoundaries } from '../../../src/core/exactBytes/addedBoundaries';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { coverTree, settle } from '../../../src/core/exactBytes/coverTree';
import { noTrunk } from '../../../src/core/exactBytes/trunk';
import type {
  Boundaries,
  PretokenBoundaries,
} from '../../../src/core/exactBytes/pretokenBoundaries';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { byteToken } from '../../../src/core/tokenizer/bpe/byteTokens';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

const SPACE = '\u2581';
const names = ['<div>', '\n', '\n\n'];
const tokens = [...Array.from({ length: 256 }, (_, byte) => byteToken(byte)), SPACE, ...'adiv<>\n'];
const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
const tokenizer = loadTokenizer({
  'tokenizer.json': {
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
    added_tokens: names.map((content, i) => ({
      id: 300 + i,
      content,
      special: false,
      normalized: false,
    })),
    model: { type: 'BPE', byte_fallback: true, vocab, merges: [] },
  },
});
const rules = new ByteRules(tokenizer);
const gpt2 = new ByteRules(
  loadTokenizer({
    'tokenizer.json': {
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
      added_tokens: [{ id: 256, content: '<div>', special: false, normalized: false }],
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(byteCharacters.map((character, byte) => [character, byte])),
        merges: [],
      },
    },
  }),
);
const idOf = (name: string) => tokenizer.idOf(name)!;
/** What is settled, and where covers may go on: the bytes that the next token has to begin with. */
const tailOf = (text: string) => {
  const settled = settle(rules, text, noTrunk);
  const { heads } = coverTree(rules, text, settled);
  return { offset: settled.offset, rests: heads.map(({ rest }) => rest).sort() };
};

test('what may become an added token is not settled, although each of its characters is a pretoken', () => {
  expect(tailOf('a<di')).toEqual({ offset: 1, rests: ['', '<di'] });
  expect(tailOf('a<d>')).toEqual({ offset: 3, rests: [''] });
  expect(tailOf('a<div>')).toMatchObject({ rests: [''] });
  expect(tailOf('a\n')).toEqual({ offset: 1, rests: ['', '\n'] });
  // The longest is whole.
  expect(tailOf('a\n\n')).toMatchObject({ rests: [''] });
});

test('an added token is one token, and no others spell it', () => {
  const spell = (...ids: number[]) =>
    ids.reduce((prefix, id) => rules.canonical.extend(prefix, id), rulesPrefix);
  const rulesPrefix = coverTree(rules, '', noTrunk).nodes[0]!.prefix;
  const isCanonical = (...ids: number[]) => rules.canonical.isCanonical(spell(...ids));
  expect(isCanonical(idOf('<div>'))).toBe(true);
  expect(isCanonical(...[...'<div>'].map(idOf))).toBe(false);
  expect(isCanonical(...[...'<di'].map(idOf))).toBe(true);
  expect(isCanonical(idOf('\n'), idOf('a'))).toBe(true);
  expect(isCanonical(idOf('\n'), idOf('\n'))).toBe(false);
  expect(isCanonical(idOf('\n\n'), idOf('\n'))).toBe(true);
});

test('an added token that is a byte joins no token, asked for one or for all at once', () => {
  const vocab = Object.fromEntries(byteCharacters.map((character, byte) => [character, byte]));
  const { canonical, joins } = new ByteRules(
    loadTokenizer({
      'tokenizer.json': {
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
        added_tokens: [{ id: 97, content: 'a', special: false, normalized: false }],
        model: { type: 'BPE', vocab, merges: [] },
      },
    }),
  );
  for (const last of [97, 98]) {
    const prefix = canonical.extend(TokenPrefix.empty, last);
    for (const token of [97, 98]) {
      const isJoined = joins.joining(prefix).has(token);
      expect(isJoined, `${token} after ${last}`).toBe(last === 98 && token === 98);
      expect(joins.mayJoin(prefix, token)).toBe(isJoined);
    }
  }
});

test('a text has the tokens that the tokenizer gives it', () => {
  for (const text of ['a<div>\n\n\na', '<<div>>', 'a <di v>', '\n a\n'])
    expect(rules.encode(text)).toEqual([...tokenizer.encode(text).ids]);
});

test('a pattern sees the end of a text before what may become an added token', () => {
  // Before a letter the last of two blanks is a pretoken's first character, at the end of a text it is not.
  expect(gpt2.pretokenEnds('a  <di', 0)).toEqual([1, 2, 4, 6]);
  expect(gpt2.pretokenEnds('a  <div>', 0)).toEqual([1, 3, 8]);
  expect(settle(gpt2, 'a  <di', noTrunk)).toEqual({ offset: 1, tokens: [97] });
  expect(settle(gpt2, 'a  <d ', noTrunk).offset).toBe(4);
});

/** A pretoken ends after each x; a text with "!" is none. What follows may go on a pretoken, or begin one. */
const afterX: PretokenBoundaries = {
  unsettled: 0,
  ended(bytes) {
    if (bytes.includes('!')) return undefined;
    const ends = Array.from(bytes.matchAll(/x/g), ({ index }) => index + 1);
    return bytes === '' || bytes.endsWith('x') ? ends : [...ends, bytes.length];
  },
  boundariesFor(bytes) {
    const ends = afterX.ended(bytes);
    if (!ends) return [];
    return bytes === '' || bytes.endsWith('x') ? [ends] : [ends, ends.slice(0, -1)];
  },
  openers: (bytes, allows) =>
    ['y', 'z'].filter((_, i) => {
      const ends = afterX.boundariesFor(bytes)[i];
      return ends && allows(ends);
    }),
  shapeOf: bytes => `shape of ${bytes}`,
  joinsFreely: () => true,
  openEndOf: bytes => `end of ${bytes}`,
};

test('text between added tokens is split as a text by itself, and so is what may go on', () => {
  const names = new Map(['<a', '<a>b', 'bb', 'x<'].map((name, i) => [name, i]));
  const added = new AddedBoundaries(afterX, names);
  const random = randomOf(seedOr(151));
  const seen = { split: 0, open: 0, none: 0 };
  for (let round = 0; round < 2000; round++) {
    const length = Math.floor(random() * 9);
    const parts = ['a', 'b', 'x', '<', '>', '<a', '<a>b', ...(random() < 0.2 ? ['!'] : [])];
    const bytes = Array.from({ length }, () => pick(random, parts)).join('');
    // The longest at each place.
    const pieces = bytes.split(/(x<|<a>b|<a|bb)/).filter(Boolean);
    const isNamed = (piece: string | undefined) => piece !== undefined && names.has(piece);
    const endsOf = (some: readonly string[]): number[] | undefined => {
      const ends: number[] = [];
      let at = 0;
      for (const piece of some) {
        const own = isNamed(piece) ? [piece.length] : afterX.ended(piece);
        if (!own) return undefined;
        for (const end of own) ends.push(at + end);
        at += piece.length;
      }
      return ends;
    };
    expect(added.ended(bytes), bytes).toEqual(endsOf(pieces));
    const last = pieces.at(-1);
    const before = endsOf(pieces.slice(0, -1));
    const isOpen = last !== undefined && !isNamed(last);
    const start = bytes.length - (last?.length ?? 0);
    const whole = endsOf(pieces);
    const all =
      isOpen && before
        ? afterX.boundariesFor(last).map(ends => [...before, ...ends.map(end => start + end)])
        : isOpen || !whole
          ? []
          : [whole];
    expect(added.boundariesFor(bytes), bytes).toEqual(all);
    // After an added token nothing goes on.
    const asked: Boundaries[] = [];
    const openers = added.openers(bytes, ends => asked.push(ends) > 0);
    expect(asked, bytes).toEqual(isOpen ? all : []);
    expect(openers, bytes).toEqual(['y', 'z'].slice(0, asked.length));
    expect(
      added.openers(bytes, () => false),
      bytes,
    ).toEqual([]);
    expect(added.openEndOf(bytes), bytes).toBe(isOpen ? `end of ${last}` : '');
    expect(added.isAdded(bytes)).toBe(names.has(bytes));
    expect(added.spellsAdded(bytes)).toBe(pieces.some(isNamed));
    // Where a name may have begun, but not inside one that is whole.
    const begun = [...Array(bytes.length).keys()].filter(at => {
      const rest = bytes.slice(at);
      const isBegun = [...names.keys()].some(name => name !== rest && name.startsWith(rest));
      let from = 0;
      const isInside = pieces.some(piece => {
        from += piece.length;
        return isNamed(piece) && from - piece.length < at && at < from;
      });
      return isBegun && !isInside;
    });
    expect(added.openStarts(bytes), bytes).toEqual(begun);
    const rests = begun.flatMap(at =>
      [...names.keys()].flatMap(name => {
        const rest = bytes.slice(at);
        return name !== rest && name.startsWith(rest) ? [name.slice(rest.length)] : [];
      }),
    );
    expect(added.openRests(bytes).sort(), bytes).toEqual(rests.sort());
    if (pieces.length > 1) seen.split++;
    if (openers.length > 0) seen.open++;
    if (whole === undefined) seen.none++;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});
