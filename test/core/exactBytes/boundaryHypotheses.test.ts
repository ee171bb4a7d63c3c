// Where an incomplete text may be split, compared with all continuations of a few characters.
import { describe, expect, test } from 'vitest';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { BoundaryHypotheses } from '../../../src/core/exactBytes/boundaryHypotheses';
import { UNSETTLED_PRETOKENS, lookaheads } from '../../../src/core/exactBytes/lookahead';
import { scanGpt2 } from '../../../src/core/tokenizer/patterns/gpt2';
import { scanO200k, scanTekken } from '../../../src/core/tokenizer/patterns/o200k';
import type { Scan } from '../../../src/core/tokenizer/patterns/scan';
import {
  scanCl100k,
  scanLlama3,
  scanQwen2,
  scanQwen35,
} from '../../../src/core/tokenizer/patterns/cl100k';
import { encodeUtf8, utf8Length } from '../../../src/core/text/utf8';
import { pick, randomOf, type Random } from '../../support/toys';

// Every class and every letter of a contraction, with characters beyond ASCII of each length.
const CHARACTERS = [
  ...'abstrevmldSLREA',
  ...'019²',
  ...'!?_-/',
  ..."'''",
  ...'   \n\r\t\u00a0\u3000\u0085\ufeff',
  ...'éſ日、ǅʰ\u0301😀𝐀𝟙',
];
const FUTURES = [...new Set(CHARACTERS)].flatMap(a => [
  '',
  a,
  ...[...new Set(CHARACTERS)].map(b => a + b),
]);
const THIRD = ['a', 'e', 'l', "'", ' ', '\n', '1', '!'];

function endsOf(scan: Scan, text: string): number[] {
  const ends: number[] = [];
  for (let at = 0; at < text.length; ends.push(at)) at = scan(text, at, text.length);
  return ends.map(end => utf8Length(text, 0, end));
}

function randomString(random: Random, length: number): string {
  return Array.from({ length }, () => pick(random, CHARACTERS)).join('');
}

describe.each([
  ['GPT-2', scanGpt2],
  ['cl100k', scanCl100k],
  ['Llama 3', scanLlama3],
  ['Qwen2', scanQwen2],
  ['Qwen3.5', scanQwen35],
  ['o200k', scanO200k],
  ['Tekken', scanTekken],
])('%s', (_, scan) => {
  const hypotheses = new BoundaryHypotheses(scan, lookaheads.get(scan)!);

  test('the witnesses cause every split that some continuation of up to three characters causes', () => {
    const random = randomOf(1);
    let open = 0;
    const contractions = [
      "'re",
      "x'VE",
      "'ll",
      "''l",
      "'lle",
      "I'r",
      "'Rea",
      " 's",
      "'m'",
      "'ſ",
      "x'ſa",
      'ªABC',
      "ªAB'r",
      'aªA!/',
    ];
    for (let round = 0; round < 150; round++) {
      const text = contractions[round] ?? randomString(random, 1 + Math.floor(random() * 6));
      const { length } = encodeUtf8(text);
      const ways = new Set<string>();
      const tail = pick(random, THIRD);
      for (const future of FUTURES) {
        for (const more of [future, future + tail]) {
          ways.add(
            endsOf(scan, text + more)
              .filter(end => end <= length)
              .join(),
          );
        }
      }
      const found = hypotheses
        .boundariesFor(byteStringOf(encodeUtf8(text)))
        .map(ends => ends.join());
      expect([...found].sort(), JSON.stringify(text)).toEqual([...ways].sort());
      if (ways.size > 1) open++;
    }
    expect(open).toBeGreaterThan(75);
  });

  test('also if the text ends inside a character', () => {
    const random = randomOf(2);
    for (let round = 0; round < 40; round++) {
      const text = randomString(random, Math.floor(random() * 5));
      const cut = pick(random, ['é', 'ſ', '日', '、', '😀', '𝐀', '\u00a0', '\u3000']);
      const bytes = encodeUtf8(cut);
      const kept = 1 + Math.floor(random() * (bytes.length - 1));
      const { length } = encodeUtf8(text);
      const ways = new Set<string>();
      for (const character of charactersFrom(bytes.subarray(0, kept))) {
        for (const future of ['', 'a', ' ', '\n', '!', "'", '1', '日']) {
          const ends = endsOf(scan, text + character + future);
          ways.add(ends.filter(end => end <= length).join());
        }
      }
      const all = byteStringOf(encodeUtf8(text)) + byteStringOf(bytes.subarray(0, kept));
      const found = hypotheses.boundariesFor(all).map(ends => ends.join());
      expect([...found].sort(), JSON.stringify([text, cut, kept])).toEqual([...ways].sort());
    }
  });

  test('a boundary followed by two pretokens stays, whatever follows', () => {
    const random = randomOf(3);
    for (let round = 0; round < 400; round++) {
      const text = randomString(random, 2 + Math.floor(random() * 8));
      const settled = endsOf(scan, text).slice(0, -UNSETTLED_PRETOKENS);
      if (settled.length === 0) continue;
      for (let i = 0; i < 40; i++) {
        const longer = endsOf(scan, text + randomString(random, 1 + Math.floor(random() * 4)));
        expect(longer.slice(0, settled.length), JSON.stringify(text)).toEqual(settled);
      }
    }
  });

  test('one set of boundaries per split, for a possible contraction', () => {
    // The letters of a contraction are witnesses: `'v` may become `'ve`.
    expect(hypotheses.boundariesFor("I'v").map(ends => ends.join())).toContain('1');
    expect(hypotheses.boundariesFor('\xff')).toEqual([]);
    expect(hypotheses.boundariesFor('a\xed\xa0')).toEqual([]);
    expect(hypotheses.boundariesFor('')).toEqual([[]]);
  });
});

const known = new Map<string, string[]>();

/** Characters whose UTF-8 begins with the bytes: all of two bytes, every 37th of the others. */
function charactersFrom(start: Uint8Array): string[] {
  let found = known.get(start.join());
  if (found) return found;
  known.set(start.join(), (found = []));
  const last = start[0]! < 0xe0 ? 0x7ff : start[0]! < 0xf0 ? 0xffff : 0x10ffff;
  for (let code = 0x80; code <= last; code += code < 0x800 || start.length > 1 ? 1 : 37) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const bytes = encodeUtf8(character);
    if (start.every((byte, i) => byte === bytes[i])) found.push(character);
  }
  return found;
}
