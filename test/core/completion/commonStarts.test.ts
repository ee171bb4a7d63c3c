// Starts without exact probabilities: with the last token taken back, or with all tokens as they are.
import { expect, test } from 'vitest';
import { commonStarts } from '../../../src/core/completion/healingStarts';
import { byteStringOf, bytesOf } from '../../../src/core/exactBytes/byteString';
import { SortedTokens, textTokensOf } from '../../../src/core/exactBytes/sortedTokens';
import { encodeUtf8, firstInvalidUtf8 } from '../../../src/core/text/utf8';
import { seedOr } from '../../support/seed';
import { ALPHABETS, randomOf, randomText, randomToy, SPACED, TOY_CYCLE } from '../../support/toys';

test.each(['one-token', 'none'] as const)('with the healing %s', healing => {
  const random = randomOf(seedOr(1));
  let healed = 0;
  for (let seed = 0; seed < 40; seed++) {
    const toy = randomToy(seed);
    const { tokenizer } = toy;
    const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
    const tokens = new SortedTokens(
      ids.filter(id => !tokenizer.isSpecial(id)),
      id => tokenizer.bytesOf(id),
    );
    const text = randomText(toy, random, Math.floor(random() * 6));
    const open = byteStringOf(encodeUtf8(text));
    const whole = [...tokenizer.encode(text).ids];
    const starts = commonStarts(tokenizer, tokens, open, healing);
    const what = JSON.stringify([seed, text]);
    const last = healing === 'one-token' ? whole.at(-1) : undefined;
    expect(starts.trunk, what).toEqual(last === undefined ? whole : whole.slice(0, -1));
    const rest = last === undefined ? '' : byteStringOf(tokenizer.bytesOf(last));
    expect(starts.rolledBack, what).toBe(rest);
    // Either another token that begins with its bytes and is longer, or the token again and then any.
    expect(
      starts.heads.map(head => [starts.nodes[head.node]!.token, head.rest]),
      what,
    ).toEqual(
      last === undefined
        ? [[-1, '']]
        : [
            [-1, rest],
            [last, ''],
          ],
    );
    expect(starts.nodes.map(({ parent }) => parent)).toEqual(last === undefined ? [-1] : [-1, 0]);
    // What follows the trunk, encoded alone.
    const more = randomText(toy, random, 3);
    const after = new TextDecoder().decode(Buffer.from(rest, 'latin1')) + more;
    if (after.includes('\ufffd')) continue;
    expect(starts.encode(byteStringOf(encodeUtf8(more)))).toEqual([...tokenizer.encode(after).ids]);
    if (last !== undefined) healed++;
  }
  expect(healed).toBeGreaterThan(healing === 'none' ? -1 : 20);
});

test('a byte order mark is text', () => {
  const { tokenizer } = randomToy(0);
  const tokens = new SortedTokens([0x61], id => Uint8Array.of(id));
  const bytes = byteStringOf(encodeUtf8('\ufeffa'));
  const ids = [...tokenizer.encode('\ufeffa').ids];
  expect(commonStarts(tokenizer, tokens, bytes, 'none').trunk).toEqual(ids);
  expect(commonStarts(tokenizer, tokens, '', 'none').encode(bytes)).toEqual(ids);
});

test('a mark of the model that is no special token is not taken back: nothing else begins with its name', () => {
  const { tokenizer } = randomToy(0, 9, false, false, [], ['<|fim_suffix|>']);
  const mark = tokenizer.idOf('<|fim_suffix|>')!;
  const ids = [...tokenizer.encode('a<|fim_suffix|>').ids];
  expect(ids.at(-1)).toBe(mark);
  const starts = commonStarts(
    tokenizer,
    textTokensOf(tokenizer, [mark]),
    'a<|fim_suffix|>',
    'one-token',
  );
  expect(starts).toMatchObject({ trunk: ids, rolledBack: '', heads: [{ node: 0, rest: '' }] });
  expect(starts.nodes).toHaveLength(1);
});

test.each(['one-token', 'none'] as const)(
  'nothing is put before what continues a text, with the healing %s',
  healing => {
    const random = randomOf(seedOr(2));
    let prepended = 0;
    for (let kind = 0; kind < 4 * ALPHABETS.length; kind++) {
      const seed = (kind % ALPHABETS.length) + SPACED * ALPHABETS.length + kind * TOY_CYCLE;
      const toy = randomToy(seed, 9, false, true);
      const { tokenizer } = toy;
      const spelled = (ids: readonly number[]) =>
        ids.map(id => byteStringOf(tokenizer.bytesOf(id))).join('');
      const [before, more] = [kind % 4, 3].map(length => randomText(toy, random, length));
      const open = byteStringOf(encodeUtf8(before!));
      const after = byteStringOf(encodeUtf8(more!));
      for (const begins of [true, false]) {
        const starts = commonStarts(tokenizer, textTokensOf(tokenizer), open, healing, begins);
        const what = JSON.stringify([seed, before, more, begins]);
        const opening = begins && before !== '' ? ' ' : '';
        expect(spelled(starts.trunk) + starts.rolledBack, what).toBe(opening + open);
        const isAll = begins && starts.trunk.length === 0;
        const whole = [...tokenizer.encode(before! + more!).ids];
        if (isAll) expect(starts.encode(after), what).toEqual(whole);
        // Not where what is taken back begins inside a character.
        else if (firstInvalidUtf8(bytesOf(starts.rolledBack)) < 0)
          expect(spelled(starts.encode(after)), what).toBe(starts.rolledBack + after);
        if (spelled(whole) === ` ${open}${after}`) prepended++;
      }
    }
    expect(prepended).toBe(8 * ALPHABETS.length);
  },
);
