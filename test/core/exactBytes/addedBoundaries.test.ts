// Added tokens in a text: where they may have begun, and that nothing after that is settled.
import { expect, test } from 'vitest';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { coverTree, noTrunk, settle } from '../../../src/core/exactBytes/coverTree';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { byteToken } from '../../../src/core/tokenizer/bpe/byteTokens';
import { byteCharacters } from '../../../src/core/tokenizer/bpe/byteLevel';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';

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
