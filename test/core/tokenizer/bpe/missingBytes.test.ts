// Bytes that a vocabulary lacks, compared with what each character has, for characters on both sides of every border.
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../../../src/core/text/utf8';
import { MissingBytes, occursInUtf8 } from '../../../../src/core/tokenizer/bpe/missingBytes';
import { seedOr } from '../../../support/seed';
import { pick, randomOf } from '../../../support/toys';

/** Of one to four bytes, the first and the last ones of each length, and neighbours of the surrogates. */
const CHARACTERS = Array.from('\0a\x7f\x80é\u07ff\u0800日\ud7ff\ue000\uffff\u{10000}𝄞\u{10ffff}');
const bytesOf = (text: string) => [...encodeUtf8(text)];
const ALL = [...new Set(CHARACTERS.flatMap(bytesOf))];

test('bytes of UTF-8 are those that some text has', () => {
  const found = new Set<number>();
  for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 0x3f)
    if (code < 0xd800 || code > 0xdfff)
      for (const byte of bytesOf(String.fromCodePoint(code))) found.add(byte);
  for (const byte of bytesOf('\u{10ffff}')) found.add(byte);
  for (let byte = 0; byte < 256; byte++)
    expect([byte, occursInUtf8(byte)]).toEqual([byte, found.has(byte)]);
});

test('a vocabulary lacks nothing if it has all bytes of UTF-8', () => {
  const ids = Int32Array.from({ length: 256 }, (_, byte) => byte);
  expect(MissingBytes.of(ids)).toBeUndefined();
  for (const byte of [0xc0, 0xc1, 0xf5, 0xff]) ids[byte] = -1;
  expect(MissingBytes.of(ids)).toBeUndefined();
  ids[0x80] = -1;
  expect(MissingBytes.of(ids)).toBeDefined();
});

test('characters with missing bytes are found, and replaced by as much as their tokens have', () => {
  const random = randomOf(seedOr(141));
  const seen = { none: 0, some: 0, fused: 0 };
  for (let round = 0; round < 500; round++) {
    const share = pick(random, [0.1, 0.5]);
    const lacks = new Set(ALL.filter(() => random() < share));
    const ids = Int32Array.from({ length: 256 }, (_, byte) => (lacks.has(byte) ? -1 : byte));
    const fuses = random() < 0.5;
    const unknown = random() < 0.7 ? { id: 300, bytes: '<unk>', fuses } : undefined;
    const missing = MissingBytes.of(ids, unknown);
    if (!missing) continue;
    const before = random() < 0.5 ? '' : 'a';
    const own = Array.from({ length: 6 }, () => pick(random, CHARACTERS));
    const text = `${before}${own.join('')}é`;
    const [from, to] = [before.length, text.length - 1];

    const spans: { start: number; end: number; text: string }[] = [];
    let isUnknown = false;
    let at = from;
    for (const character of own) {
      const kept = bytesOf(character).map(byte => !lacks.has(byte));
      const isLacking = kept.includes(false);
      expect(missing.keeps(text, at)).toBe(
        !isLacking || kept.includes(true) || unknown !== undefined,
      );
      let replaced = '';
      for (const isKept of kept) {
        if (isKept) replaced += '.';
        else if (unknown && fuses && isUnknown) seen.fused++;
        else replaced += unknown?.bytes ?? '';
        isUnknown = !isKept;
      }
      if (isLacking) spans.push({ start: at, end: at + character.length, text: replaced });
      at += character.length;
    }
    expect(missing.spansOf(text, from, to)).toEqual(spans);
    expect(missing.areIn(text, from, to)).toBe(spans.length > 0);
    if (spans.length > 0) seen.some++;
    else seen.none++;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
});
