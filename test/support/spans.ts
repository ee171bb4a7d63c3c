// Properties of every tokenizer's spans.
import { expect } from 'vitest';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../src/core/text/utf8';

/** They are adjacent, cover the text, and have the tokens' own bytes unless `normalized` says otherwise. */
export function expectSpans(tokenizer: Tokenizer, text: string): void {
  const bytes = encodeUtf8(text);
  const { ids, byteStarts, byteEnds, normalized } = tokenizer.encode(text);
  let at = 0;
  ids.forEach((id, token) => {
    if (byteStarts[token] !== at) expect(byteStarts[token], JSON.stringify(text)).toBe(at);
    at = byteEnds[token]!;
    const own = Buffer.from(tokenizer.bytesOf(id));
    const isSame = own.equals(bytes.subarray(byteStarts[token], at));
    if (isSame === Boolean(normalized?.[token])) {
      expect.fail(`token ${token} of ${JSON.stringify(text)}: is ${own.toString('hex')}`);
    }
  });
  expect(at, JSON.stringify(text)).toBe(bytes.length);
}
