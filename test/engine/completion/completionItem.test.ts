// A completion as views show it.
import { expect, test } from 'vitest';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { seededRandom } from '../../../src/core/random';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { itemOf, textOf } from '../../../src/engine/completion/completionItem';
import type { Model } from '../../../src/engine/models/model';
import { seedOr } from '../../support/seed';

const texts = ['a', 'é', ')', '\n', 'b'];
const model = {
  tokenizer: { bytesOf: (id: number) => encodeUtf8(texts[id]!) },
} as unknown as Model;
const bytes = (text: string) => byteStringOf(encodeUtf8(text));
const piece = (id: number) => ({ id, bytes: encodeUtf8(texts[id]!) });

test('has the text, what it replaces and closes, and its tokens', () => {
  const row = Float64Array.of(-2, -0.5, -3, -0.5, -9);
  const completion = {
    insert: bytes('é)'),
    replaces: 1,
    closes: bytes(')'),
    written: bytes('é'),
    stopReason: 'balance',
    tokens: [{ id: 1, bytes: bytes('é'), logprob: -0.5, row }],
    last: undefined,
  } as const;
  expect(itemOf(model, completion, ')]', -1.25, 3)).toEqual({
    insert: 'é)',
    replaces: 2,
    closes: ')',
    logprob: -1.25,
    stopReason: 'balance',
    tokens: [
      {
        ...piece(1),
        logprob: -0.5,
        top: [
          { ...piece(1), logprob: -0.5 },
          { ...piece(3), logprob: -0.5 },
          { ...piece(0), logprob: -2 },
        ],
      },
    ],
  });
  const none = itemOf(model, { ...completion, replaces: 0 }, ')]', null, 0);
  expect(none).toMatchObject({ replaces: 0, logprob: null });
  expect(none.tokens[0]!.top).toEqual([]);
});

test('alternatives are the largest of the row, the first of equals', () => {
  const random = seededRandom(seedOr(141));
  for (let round = 0; round < 200; round++) {
    const row = Float64Array.from({ length: 5 }, () => -Math.floor(4 * random()));
    const count = Math.floor(7 * random());
    const wanted = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
    const tokens = [{ id: 0, bytes: 'a', logprob: -1, row }];
    const completion = {
      insert: '',
      replaces: 0,
      closes: '',
      written: '',
      tokens,
      last: undefined,
    };
    const item = itemOf(model, { ...completion, stopReason: 'end' }, '', null, count);
    expect(item.tokens[0]!.top.map(({ id, logprob }) => [id, logprob])).toEqual(
      wanted.slice(0, count).map(id => [id, row[id]]),
    );
  }
});

test('a byte order mark in the text is text', () => {
  expect(textOf(bytes('\ufeffa'))).toBe('\ufeffa');
});
