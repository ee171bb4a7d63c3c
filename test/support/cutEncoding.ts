// Encodings with given boundaries, for measures that look at boundaries only.
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { Encoding } from '../../src/core/tokenizer/tokenizer';

/** Tokens that end at these byte offsets, of which the last one should be the end of the text. All ids are 0. */
export function cutAt(text: string, ends: readonly number[]): Encoding {
  if (ends.length > 0 && ends.at(-1) !== encodeUtf8(text).length) throw new Error('not the end');
  return {
    ids: new Uint32Array(ends.length),
    byteStarts: Uint32Array.from([0, ...ends.slice(0, -1)].slice(0, ends.length)),
    byteEnds: Uint32Array.from(ends),
    normalized: undefined,
    missing: undefined,
  };
}

/** Cut after a third of the bytes. */
export function randomCuts(text: string, random: () => number): Encoding {
  const { length } = encodeUtf8(text);
  const ends = Array.from({ length }, (_, i) => i + 1);
  return cutAt(
    text,
    ends.filter(end => end === length || random() < 1 / 3),
  );
}
