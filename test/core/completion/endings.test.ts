// Where a text ends: as far as no model is asked, and by a model of bytes, whose probabilities can be multiplied by hand.
import { expect, test } from 'vitest';
import type { CompletedToken, CompleteOptions } from '../../../src/core/completion/completion';
import { Endings } from '../../../src/core/completion/endings';
import type { HealingStarts } from '../../../src/core/completion/healingStarts';
import { isMostlyRepeated } from '../../../src/core/completion/stopRules';
import { TrunkRows } from '../../../src/core/completion/trunkRows';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';
import { modelOf, pick, randomOf, type Random } from '../../support/toys';

const endings = (options: Partial<CompleteOptions>) =>
  new Endings(
    {} as TrunkRows,
    { rolledBack: '' } as HealingStarts,
    { suffix: '', close: '', word: '', missingAfter: () => '', ...options } as CompleteOptions,
    [],
  );

test('a text that begins with the rest of the word repeats it, unless the model writes that word', async () => {
  const inWord = endings({ word: 'name', suffix: 'name = 1' });
  expect(inWord.repeatsWord('name2')).toBe(true);
  expect(await inWord.endingOf('name2', 'line')).toEqual({
    length: 0,
    stop: 'join',
    hasClose: false,
  });
  expect(inWord.repeatsWord('my name')).toBe(false);
  expect(endings({ word: 'name', close: 'name' }).repeatsWord('name2')).toBe(false);
  expect(endings({}).repeatsWord('name2')).toBe(false);
});

test('a text that repeats nothing ends where it was written to', async () => {
  const endingOf = (text: string) => endings({ suffix: ')' }).endingOf(text, 'line');
  expect(await endingOf('a = 1;')).toEqual({ length: 6, stop: 'line', hasClose: false });
  expect(await endingOf('')).toEqual({ length: 0, stop: 'line', hasClose: false });
});

test('what is closed after the cursor is not closed before it', async () => {
  const none = endings({ missingAfter: text => (text === '' ? '' : undefined) });
  expect(await none.endingOf('a)', 'line')).toEqual({
    length: 0,
    stop: 'balance',
    hasClose: false,
  });
});

test('a line ends after its text, and before closers at its first line break', () => {
  expect(endings({}).lineEndOf('\n  a\nb')).toBe(4);
  expect(endings({ close: ');' }).lineEndOf('\n  a\nb')).toBe(0);
  expect(endings({ close: 'name' }).lineEndOf('\n  a\nb')).toBe(4);
  expect(endings({ close: ')' }).lineEndOf('a')).toBe(-1);
});

const END_BYTE = 0;
const idsOf = (text: string) => Array.from(text, byte => byte.charCodeAt(0));
const bytes = (text: string) => byteStringOf(encodeUtf8(text));

function encode(text: string): number[] {
  expect(Buffer.from(text, 'latin1').toString()).not.toContain('\ufffd');
  return idsOf(text);
}

/** Each byte is a token. Those of `likely` are, and in a few contexts, of `length` bytes above all, the end. */
function randomByteModel(random: Random, likely: string, length: number) {
  const logits = new Float64Array(256).fill(-9);
  return modelOf([END_BYTE], context => {
    const own = logits.slice();
    for (const id of [...idsOf(likely), 10]) own[id] = 5 + 3 * random();
    own[END_BYTE] = context.length === length || random() < 0.05 ? 9 : -9;
    return own;
  });
}

/**
 * The first line that is not empty, its break included, or the first break where there is none; but no more than 32 bytes,
 * and no part of a character.
 */
function beginningOf(suffix: string): string {
  const line = /^(?:[\r\n]*[^\r\n][^\n]*\n|\r*\n(?=[\r\n]*$))/.exec(suffix)?.[0] ?? suffix;
  const whole = Array.from(Buffer.from(line, 'latin1').toString(), bytes);
  let beginning = '';
  for (const character of whole) {
    if (beginning.length + character.length > 32) break;
    beginning += character;
  }
  return beginning;
}

test('a text ends before a repetition where that is more probable than what was written', async () => {
  const random = randomOf(seedOr(1));
  const seen = { whole: 0, cut: 0, twice: 0, never: 0, unended: 0 };
  for (let round = 0; round < 600; round++) {
    const some = (from: readonly string[], count: number) =>
      bytes(Array.from({ length: count }, () => pick(random, from)).join(''));
    const letters = pick(random, [['a', 'b'], ['a', '\n'], ['é', 'a', '日'], ['a']]);
    const text = some(letters, 1 + Math.floor(random() * 14));
    const length = pick(random, [text.length, Math.floor(random() * 14)]);
    const model = randomByteModel(random, bytes(letters.join('')), length);
    // What stands there begins with the end of the text, or with a part of it.
    const rest = some(letters, pick(random, [0, 1, 20])) + pick(random, ['', '\n', '\nab\n']);
    const starts = [...Array(text.length).keys()].filter(
      at => (text.charCodeAt(at) & 0xc0) !== 0x80,
    );
    const suffix = text.slice(pick(random, starts.slice(0, pick(random, [2, 99])))) + rest;
    const seesSuffix = random() < 0.5;
    const reason = pick(random, ['end', 'tokens', 'line'] as const);

    const probability = (ids: readonly number[]) =>
      ids.reduce((all, id, i) => all * Math.exp(model.row(ids.slice(0, i))[id]!), 1);
    const asked = (part: string) =>
      probability(seesSuffix ? [...idsOf(part), END_BYTE] : idsOf(part + beginningOf(suffix)));
    let expected = text;
    let hasEnded = reason === 'end';
    for (let cuts = 0; ; cuts++) {
      const places = starts.filter(
        at => at < expected.length && suffix.startsWith(expected.slice(at)),
      );
      if (places.length === 0) break;
      const parts = [...places.map(at => expected.slice(0, at)), expected];
      const scores = parts.map(asked);
      // It has not ended: what was written is as probable as its tokens are.
      if (!hasEnded && seesSuffix) scores[parts.length - 1] = probability(idsOf(expected));
      const isLikeliest = scores.at(-1) === Math.max(...scores);
      if (isMostlyRepeated(expected, suffix)) {
        if (isLikeliest) seen.never++;
        scores[parts.length - 1] = 0;
      }
      const best = parts[scores.indexOf(Math.max(...scores))]!;
      if (best === expected) break;
      if (cuts > 0) seen.twice++;
      [expected, hasEnded] = [best, true];
    }

    const written = idsOf(text).map((id, i) => ({
      bytes: text[i]!,
      logprob: model.row(idsOf(text).slice(0, i))[id]!,
    }));
    const options = { suffix, seesSuffix, close: '', word: '', missingAfter: () => '' };
    const found = await new Endings(
      new TrunkRows(model, []),
      { rolledBack: '', encode } as unknown as HealingStarts,
      options as unknown as CompleteOptions,
      written as CompletedToken[],
    ).endingOf(text, reason);
    const isWhole = expected === text;
    expect(found, JSON.stringify({ text, suffix, seesSuffix, reason })).toEqual({
      length: expected.length,
      stop: isWhole ? reason : 'join',
      hasClose: false,
    });
    if (isWhole) seen.whole++;
    else seen.cut++;
    if (reason !== 'end' && seesSuffix && !isWhole) seen.unended++;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(8);
});
