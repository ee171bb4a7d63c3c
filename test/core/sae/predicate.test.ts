// Predicates compared with training/sae/predicates.py on the same texts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  agreementOf,
  holdsAt,
  parsePredicate,
  predicateProblem,
  type MatchesOf,
} from '../../../src/core/sae/predicate';
import { PredicateError } from '../../../src/core/errors';
import { classOf, fieldsOf, shapeOf, type TokenFields } from '../../../src/core/sae/tokenFields';
import { matchesOf } from '../../../src/engine/sae/predicatePattern';
import { golden, root } from '../../support/paths';
import { processorSeconds } from '../../support/processorSeconds';

const matches: MatchesOf = (pattern, texts) =>
  matchesOf(pattern, texts, new AbortController().signal);

const file = JSON.parse(readFileSync(join(golden, 'sae/predicates.json'), 'utf8')) as {
  wrong: string[];
  window: number;
  tokens: Record<string, Record<string, string[]>>;
  texts: {
    language: string;
    text: string;
    spans: [number, number][];
    fields: Record<string, (string | number)[]>;
    small: Record<string, number[]>;
    holds: Record<string, number[]>;
  }[];
};

describe.each(file.texts)('$language', ({ text, language, spans, fields, small, holds }) => {
  // Python counts code points.
  const offsets = [0];
  for (const character of text) offsets.push(offsets.at(-1)! + character.length);
  const starts = spans.map(([a]) => offsets[a]!);
  const ends = spans.map(([, b]) => offsets[b]!);
  const found = fieldsOf(text, starts, ends, language);
  const valuesOf = (of: TokenFields, name: string) =>
    of[name as keyof TokenFields].map(value =>
      typeof value === 'boolean' ? Number(value) : value,
    );

  test.each(Object.keys(fields))('%s of every token', name => {
    expect(valuesOf(found, name)).toEqual(fields[name]);
  });

  test.each(Object.keys(small))('%s of every token, which starts over with each window', name => {
    const windowed = fieldsOf(text, starts, ends, language, file.window);
    expect(valuesOf(windowed, name)).toEqual(small[name]);
  });

  test.each(Object.keys(holds))('%s', async predicate => {
    const holding = await holdsAt(parsePredicate(predicate), found, matches);
    const at = holding.flatMap((is, i) => (is ? [i] : []));
    expect(at).toEqual(holds[predicate]);
  });
});

test('the class and the shape of a token', () => {
  const found: typeof file.tokens = {};
  const all = Object.values(file.tokens).flatMap(shapes => Object.values(shapes).flat());
  for (const token of all) ((found[classOf(token)] ??= {})[shapeOf(token)] ??= []).push(token);
  expect(found).toEqual(file.tokens);
});

test.each(file.wrong)('%s cannot be read', predicate => {
  expect(() => parsePredicate(predicate)).toThrow(PredicateError);
  expect(() => parsePredicate(predicate)).toThrow(/^character \d+: /);
  expect(predicateProblem(predicate)).toMatch(/^character \d+: /);
});

test('nothing is wrong with a predicate that can be read', () => {
  expect(predicateProblem('class="word" & -1:token="."')).toBeUndefined();
});

test('agreement counts tokens', () => {
  const found = agreementOf([1, 0, 2.5, 0], [true, true, false, false]);
  expect(found).toEqual({ fires: 2, holds: 2, both: 1 });
});

test("every predicate of the built-in autoencoder's labels can be read", () => {
  const labels = readFileSync(join(root, 'models/coder/saes/resid-mid/labels.jsonl'), 'utf8');
  const predicates = labels.split('\n').flatMap(line => {
    const label = line === '' ? {} : (JSON.parse(line) as { predicate?: string | null });
    return label.predicate ?? [];
  });
  expect(predicates.length).toBeGreaterThan(1000);
  for (const predicate of predicates) expect(parsePredicate(predicate).length).toBeGreaterThan(0);
});

test('columns count characters, those of a long line in linear time', () => {
  const { column } = fieldsOf(
    'a\u{1f600}b\n\u{1f600}c',
    [0, 1, 3, 4, 5, 7],
    [1, 3, 4, 5, 7, 8],
    'x',
  );
  expect(column).toEqual([0, 1, 2, 3, 0, 1]);
  const line = 'ab\u{1f600}'.repeat(30_000);
  const starts = Array.from({ length: 60_000 }, (_, i) => 2 * i);
  const ends = starts.map(start => start + 2);
  const seconds = processorSeconds(() => fieldsOf(line, starts, ends, 'x'));
  expect(seconds).toBeLessThan(5);
});

test('an exponential expression is ended, and the blanks of a clause take linear time', async () => {
  const fields = fieldsOf(`${'a'.repeat(40)}!`, [0], [41], 'python');
  await expect(holdsAt(parsePredicate('token~/^(a+)+$/'), fields, matches)).rejects.toThrow(
    'The regular expression of the predicate took more than 2 seconds. Write a simpler one, or use = or in.',
  );
  const before = process.cpuUsage();
  expect(() => parsePredicate(`token${' '.repeat(200_000)}x`)).toThrow(PredicateError);
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
});
