// Completions of a model that writes a given text, at random places between brackets and quotes.
import { expect, test } from 'vitest';
import { Balance } from '../../../src/core/completion/balance';
import { completeAtCursor } from '../../../src/core/completion/complete';
import type { CompleteOptions, Completion } from '../../../src/core/completion/completion';
import { exactStarts } from '../../../src/core/completion/healingStarts';
import { isSubword } from '../../../src/core/completion/middle';
import { isMostlyRepeated, lineEnd } from '../../../src/core/completion/stopRules';
import { TrunkRows } from '../../../src/core/completion/trunkRows';
import { ByteRules } from '../../../src/core/exactBytes/byteRules';
import { byteStringOf } from '../../../src/core/exactBytes/byteString';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { isScriptBalanced } from '../../support/scriptBalance';
import { sampleOf, seedOr } from '../../support/seed';
import { modelOf, pick, randomModel, randomOf, randomToy, type Random } from '../../support/toys';

const toy = randomToy(0, 14);
const rules = new ByteRules(toy.tokenizer);

/** What is written at `at` of `text` by a model that sees all of it. */
async function complete(
  text: string,
  at: number,
  wanted: string,
  options: Partial<CompleteOptions> = {},
): Promise<Completion> {
  const before = text.slice(0, at);
  const target = toy.tokenizer.encode(before + wanted).ids;
  const model = modelOf([toy.end], context => {
    const logits = new Float64Array(toy.tokenizer.vocabSize);
    const isOn = context.every((token, i) => token === target[i]);
    if (isOn) logits[target[context.length] ?? toy.end] = 16;
    return logits;
  });
  const starts = exactStarts(rules, byteStringOf(encodeUtf8(before)));
  const balance = new Balance(text, at, 'typescript');
  const close = text.slice(at, at + balance.closers);
  const [completion] = await completeAtCursor(
    { tokens: rules.tokens, ends: model.ends },
    new TrunkRows(model, starts.trunk),
    starts,
    1,
    {
      maxTokens: 100,
      singleLine: true,
      suffix: text.slice(at),
      close,
      word: '',
      isIndented: false,
      seesSuffix: true,
      least: -Infinity,
      missingAfter: (middle, hasClose) => balance.missingAfter(middle, hasClose ? close.length : 0),
      isLate: () => false,
      ...options,
    },
  );
  return completion!;
}

const PLACES = [
  'f(|);\n',
  'f(g(|));\n',
  "a = '|';\n",
  'if (|) {\n}\n',
  'a = [|]\n',
  'a = |\n',
  'a = b;|\n',
];
const PIECES = ['a', 'b', 'f(', ')', '(', '[', ']', '{', '}', "'", '"', ' ', ', ', ';', '\n', ');'];

function randomCase(random: Random) {
  const marked = pick(random, PLACES);
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  const close = text.slice(at, at + new Balance(text, at, 'typescript').closers);
  const all = Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(random, PIECES));
  // Half of them write what the editor has closed.
  const wanted = all.join('') + (random() < 0.5 ? close : '');
  // An apostrophe after a letter is taken for one in a word.
  return { text, at, close, wanted: wanted.replace(/(?<=\w)'/g, '"') };
}

test('it leaves what was balanced balanced, is a beginning of what the model writes, and all of it where that fits', async () => {
  const random = randomOf(seedOr(1));
  const seen = { whole: 0, cut: 0, closed: 0, replaced: 0 };
  for (let round = 0; round < sampleOf(150, 3000); round++) {
    const { text, at, close, wanted } = randomCase(random);
    const { insert, replaces, closes, stopReason, tokens } = await complete(text, at, wanted);
    const what = JSON.stringify({ text, at, wanted, insert, replaces, closes, stopReason });
    const accepted = text.slice(0, at) + insert + text.slice(at + replaces);
    expect(isScriptBalanced(accepted), what).toBe(true);
    // Between brackets there is no room for another line.
    const end = close === '' ? lineEnd(wanted) : wanted.indexOf('\n');
    const line = end < 0 ? wanted : wanted.slice(0, end);
    expect(insert.endsWith(closes), what).toBe(true);
    const written = insert.slice(0, insert.length - closes.length);
    expect(line.startsWith(written), what).toBe(true);
    expect(tokens.map(({ bytes }) => bytes).join(''), what).toContain(written);
    // In place of the closers, if it has them all.
    const whole = text.slice(0, at) + line + text.slice(at + close.length);
    if (isSubword(close, line) && isScriptBalanced(whole)) expect(accepted, what).toBe(whole);
    if (written === line) seen.whole++;
    else seen.cut++;
    if (closes !== '') seen.closed++;
    if (replaces > 0) seen.replaced++;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
});

test('it stops where the model does, at the limits, or where it becomes improbable', async () => {
  const at = (options: Partial<CompleteOptions>, wanted = 'abab ab') =>
    complete('a = \n', 4, wanted, options);
  const whole = await at({});
  expect([whole.insert, whole.stopReason]).toEqual(['abab ab', 'end']);
  // The first token may begin before the cursor.
  const late = await at({ isLate: () => true });
  expect(late.stopReason).toBe('time');
  const before = late.tokens.length - 1;
  for (let maxTokens = 1; before + maxTokens < whole.tokens.length; maxTokens++) {
    const cut = await at({ maxTokens });
    expect([cut.tokens.length, cut.stopReason]).toEqual([before + maxTokens, 'tokens']);
    expect('abab ab'.startsWith(cut.insert)).toBe(true);
  }
  expect((await at({}, 'ab\nab')).stopReason).toBe('line');
  expect((await at({ singleLine: false }, 'ab\nab')).insert).toBe('ab\nab');
  // Each token has nearly all of the probability, and what follows the script has a 270th.
  expect((await at({ least: Math.log(0.9) })).stopReason).toBe('end');
  expect((await at({ least: Math.log(0.9999999) })).stopReason).toBe('unsure');
});

test('what is reported while it writes is inserted', async () => {
  const random = randomOf(seedOr(2));
  let reports = 0;
  for (let round = 0; round < 30; round++) {
    const wanted = Array.from({ length: 12 }, () => pick(random, ['a', 'b', ' ', 'é'])).join('');
    const suffix = wanted.slice(Math.floor(random() * wanted.length)) + 'b\n';
    const said: string[] = [];
    const { insert } = await complete(`a = ${suffix}`, 4, wanted, {
      onText: text => said.push(text),
    });
    const what = JSON.stringify({ wanted, suffix, insert, said });
    for (const text of said) {
      expect(byteStringOf(encodeUtf8(wanted)).startsWith(text), what).toBe(true);
      expect(Buffer.from(text, 'latin1').toString(), what).not.toContain('\ufffd');
      // What may yet be left out as a repetition is not among it.
      expect(insert.length, what).toBeGreaterThanOrEqual(text.length);
    }
    reports += said.length;
  }
  expect(reports).toBeGreaterThan(50);
});

test('what stands after the cursor is not inserted again', async () => {
  const random = randomOf(seedOr(3));
  for (let round = 0; round < 40; round++) {
    const letters = Array.from({ length: 24 }, () => pick(random, ['a', 'b'])).join('');
    const own = letters.slice(0, Math.floor(random() * 6));
    const rest = letters.slice(6);
    const [before, closers] = pick(random, [
      ['a = ', ''],
      ['f(', ');\n'],
    ] as const);
    // As much as is never meant, after the closers if there are any.
    const wanted = `${own}${closers}${rest.slice(0, 8 + Math.floor(random() * 10))}`;
    const { insert, replaces } = await complete(before + closers + rest, before.length, wanted, {
      singleLine: false,
      seesSuffix: random() < 0.5,
    });
    const after = (closers + rest).slice(replaces);
    const what = JSON.stringify({ before, closers, rest, wanted, insert, replaces });
    for (const standing of [closers + rest, rest, after])
      expect(isMostlyRepeated(insert, standing), what).toBe(false);
  }
});

test('the next most probable starts are completed, too, and no edit is offered twice', async () => {
  const random = randomOf(seedOr(4));
  const seen = { several: 0, fewer: 0, repeated: 0 };
  for (let round = 0; round < 30; round++) {
    const model = randomModel(toy, round);
    const starts = exactStarts(
      rules,
      byteStringOf(encodeUtf8(pick(random, ['', 'a', 'ab', 'b ']))),
    );
    const suffix = pick(random, ['', 'a', 'ab\n']);
    const completed = (count: number, sampling?: CompleteOptions['sampling']) =>
      completeAtCursor(
        { tokens: rules.tokens, ends: model.ends },
        new TrunkRows(model, starts.trunk),
        starts,
        count,
        {
          maxTokens: 2,
          singleLine: true,
          suffix,
          close: '',
          word: '',
          isIndented: false,
          seesSuffix: true,
          least: -Infinity,
          missingAfter: () => '',
          isLate: () => false,
          sampling,
        },
      );
    const all = await completed(6);
    const edits = all.map(({ insert, replaces }) => `${replaces} ${insert}`);
    expect(new Set(edits).size).toBe(edits.length);
    // Each count has the beginning of the list.
    for (const count of [1, 2, 4]) {
      const fewer = (await completed(count)).map(({ insert, replaces }) => `${replaces} ${insert}`);
      expect(edits.slice(0, fewer.length)).toEqual(fewer);
      expect(fewer.length).toBeLessThanOrEqual(count);
    }
    if (all.length > 2) seen.several++;
    if (all.length < 6) seen.fewer++;
    // What is drawn may be drawn again.
    const drawn = await completed(6, { temperature: 1, topP: 1, random });
    expect(drawn).toHaveLength(6);
    if (new Set(drawn.map(({ insert }) => insert)).size < 6) seen.repeated++;
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
});
