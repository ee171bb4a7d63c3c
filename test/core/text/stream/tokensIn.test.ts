// Which tokens a range touches, beside all of them, and how much of a text an edit encodes.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../../src/core/random';
import { TokenStream } from '../../../../src/core/text/stream/tokenStream';
import type { Tokenizer } from '../../../../src/core/tokenizer/tokenizer';
import { models } from '../../../support/paths';
import { seedOr } from '../../../support/seed';
import { tokenizerOf } from '../../../support/shared';

const tokenizer = tokenizerOf(join(models, 'coder'));
const line = 'const größe = "🙂🙂" + value1; // ok\n';

test('a range touches the tokens that have a part of it, an empty one the token there', () => {
  const random = seededRandom(seedOr(161));
  const text = line.repeat(12);
  const stream = new TokenStream(tokenizer, text, 64);
  const { ids, utf16Starts, utf16Ends } = stream.tokens(0, tokenizer.encode(text).ids.length);
  for (let round = 0; round < 400; round++) {
    const from = Math.floor(random() * text.length);
    const to = Math.min(text.length, from + Math.floor(random() * 9));
    const touched = [...ids.keys()].filter(
      token => utf16Ends[token]! > from && utf16Starts[token]! < Math.max(to, from + 1),
    );
    expect([from, to, stream.tokensIn(from, to)]).toEqual([
      from,
      to,
      { first: touched[0], end: touched.at(-1)! + 1 },
    ]);
  }
});

test('an edit of a long text encodes little more than what it changes', () => {
  let encoded = 0;
  const counting: Tokenizer = Object.create(tokenizer, {
    encode: {
      value: (text: string) => {
        encoded += text.length;
        return tokenizer.encode(text);
      },
    },
  });
  const text = line.repeat(4000);
  const stream = new TokenStream(counting, text);
  for (const at of [0, 40_000, 100_001, text.length]) {
    encoded = 0;
    stream.edit(at, at, 'x');
    expect([at, encoded > 0 && encoded < 8192]).toEqual([at, true]);
  }
});
