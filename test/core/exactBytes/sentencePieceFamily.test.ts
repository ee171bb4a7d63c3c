// SentencePiece-style tokenizers: what they prepend to a text, and what they cannot distinguish.
import { describe, expect, test } from 'vitest';
import { ByteCursor } from '../../../src/core/exactBytes/byteCursor';
import { InexactError } from '../../../src/core/errors';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { TokenPrefix } from '../../../src/core/exactBytes/tokenPrefix';
import { byteToken } from '../../../src/core/tokenizer/bpe/byteTokens';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import type { Tokenizer } from '../../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { modelOf, randomOf } from '../../support/toys';

const BLANK = '\u2581';
const pieces = [BLANK, 'a', 'b', 'é', `${BLANK}a`, 'ab', `${BLANK}ab`, `${BLANK}${BLANK}`];
const names = [...Array.from({ length: 256 }, (_, byte) => byteToken(byte)), ...pieces];
const vocab = Object.fromEntries(names.map((name, id) => [name, id]));
const merges = ['a b', `${BLANK} a`, `${BLANK} ab`, `${BLANK} ${BLANK}`].map(m => m.split(' '));

const prepend = { type: 'Prepend', prepend: BLANK };
const replace = { type: 'Replace', pattern: { String: ' ' }, content: BLANK };
const normalizer = (...normalizers: object[]) => ({ type: 'Sequence', normalizers });
const metaspace = (prepend_scheme: string, split = false) => ({
  pre_tokenizer: { type: 'Metaspace', replacement: BLANK, prepend_scheme, split },
});

function load(steps: object, model: object = {}): Tokenizer {
  return loadTokenizer({
    'tokenizer.json': {
      ...steps,
      model: { type: 'BPE', byte_fallback: true, vocab, merges, ...model },
    },
  });
}

const plain = load({ normalizer: replace });
const prepending = load({ normalizer: normalizer(prepend, replace) });

/** The last id ends a text. */
const END = names.length - 1;
const model = modelOf([END], context => {
  const random = randomOf(context.reduce((sum, id) => sum * 31 + id, 7));
  return Float64Array.from(names, () => 4 * random());
});

const at = (tokenizer: Tokenizer, text: string, begins = true) =>
  ByteCursor.openAt(new ByteRules(tokenizer), model, encodeUtf8(text), begins);

describe('a space before every text', () => {
  test.each(['a', 'ab ', 'é a', '  ', '日'])('is given: %j', async text => {
    const [found, expected] = [await at(prepending, text), await at(plain, ` ${text}`)];
    expect(found.length).toBe(expected.length - 1);
    const [next, other] = [found.next(), expected.next()];
    next.logprobs.forEach((p, byte) => expect(p).toBeCloseTo(other.logprobs[byte]!, 12));
    expect(next.end).toBeCloseTo(other.end, 12);
    expect(next.leak).toBeCloseTo(other.leak, 12);
  });

  test('is absent if a text continues another one', async () => {
    const [found, expected] = [await at(prepending, 'ab', false), await at(plain, 'ab')];
    expect(found.next().logprobs).toEqual(expected.next().logprobs);
  });

  test('alone does not end a text', async () => {
    const empty = await at(prepending, '');
    for (const { logprobs, end, leak } of [empty.next(), empty.nextRenormalised()]) {
      expect(end).toBe(-Infinity);
      const sum = [...logprobs, leak].reduce((sum, p) => sum + Math.exp(p), 0);
      expect(sum).toBeCloseTo(1, 12);
    }
    await empty.back();
    expect(empty.length).toBe(0);
  });

  test('is paid for by the tokens', async () => {
    const text = 'ab 日é';
    const ids = [...prepending.encode(text).ids];
    const tokens = [...ids, END].reduce((sum, id, i) => sum - model.row(ids.slice(0, i))[id]!, 0);
    const cursor = await at(prepending, '');
    const entering = await cursor.logMassFromStart();
    let bytes = 0;
    for (const byte of encodeUtf8(text)) {
      const before = cursor.logMass;
      await cursor.advance(byte);
      bytes += before - cursor.logMass;
    }
    expect(bytes - cursor.next().end - entering).toBeCloseTo(tokens, 10);
  });

  test('is the same with Metaspace, if the text does not begin with one', async () => {
    for (const scheme of ['first', 'always']) {
      const [found, expected] = [
        await at(load(metaspace(scheme)), 'ab b'),
        await at(prepending, 'ab b'),
      ];
      expect(found.next().logprobs).toEqual(expected.next().logprobs);
      await expect(at(load(metaspace(scheme)), ' a')).rejects.toThrow(/space, at byte 0/);
    }
    expect((await at(load(metaspace('never')), ' a')).length).toBe(2);
  });
});

test('bytes that a piece covers never occur as byte tokens', () => {
  const { canonical } = new ByteRules(plain);
  const follows = (...ids: number[]) => {
    const last = ids.pop()!;
    const prefix = ids.reduce((path, id) => canonical.extend(path, id), TokenPrefix.empty);
    return canonical.follows(prefix, last);
  };
  expect(follows(vocab.a!)).toBe(true);
  expect(follows(0x61)).toBe(false);
  // é has a token, è has none.
  expect(follows(0xc3)).toBe(true);
  expect(follows(0xc3, 0xa8)).toBe(true);
  expect(follows(0xc3, 0xa9)).toBe(false);
  expect(follows(0xc3, vocab.a!)).toBe(false);
  // U+2581 is read as a space.
  expect(follows(0xe2, 0x96, 0x81)).toBe(false);
  expect(follows(0xe2, 0x96, 0x82)).toBe(true);
});

describe('is refused', () => {
  test.each<[string, () => Tokenizer, RegExp]>([
    ['without bytes', () => load({ normalizer: replace }, noFallback), /no byte fallback/],
    [
      'that normalises',
      () => load({ normalizer: normalizer({ type: 'NFKC' }, replace) }),
      /normalises by NFKC/,
    ],
    ['that splits at spaces', () => load(metaspace('never', true)), /splits text at spaces/],
    [
      'that takes words whole',
      () => load({ normalizer: replace }, { ignore_merges: true }),
      /ignore_merges/,
    ],
    [
      'that merges bytes',
      () => {
        const [name, both] = [byteToken(0x61), byteToken(0x61) + byteToken(0x62)];
        const more = {
          vocab: { ...vocab, [both]: names.length },
          merges: [[name, byteToken(0x62)]],
        };
        return load({ normalizer: replace }, more);
      },
      /merges tokens of single bytes/,
    ],
  ])('one %s', (_, tokenizer, message) => {
    expect(() => new ByteRules(tokenizer())).toThrow(InexactError);
    expect(() => new ByteRules(tokenizer())).toThrow(message);
  });

  test('a text that contains the spelling of a space', async () => {
    await expect(at(plain, `é${BLANK}`)).rejects.toThrow(/U\+2581 at byte 2/);
  });
});

const noFallback = {
  byte_fallback: false,
  vocab: { ...vocab, '<unk>': names.length },
  unk_token: '<unk>',
};
