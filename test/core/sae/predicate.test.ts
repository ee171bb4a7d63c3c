// Predicates compared with training/sae/predicates.py on the same texts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agreementOf, holdsAt, parsePredicate } from '../../../src/core/sae/predicate';
import { PredicateError } from '../../../src/core/errors';
import { fieldsOf } from '../../../src/core/sae/tokenFields';
import { golden } from '../../support/paths';

const file = JSON.parse(readFileSync(join(golden, 'sae/predicates.json'), 'utf8')) as {
  wrong: string[];
  texts: {
    language: string;
    text: string;
    spans: [number, number][];
    fields: Record<string, (string | number)[]>;
    holds: Record<string, number[]>;
  }[];
};

describe.each(file.texts)('$language', ({ text, language, spans, fields, holds }) => {
  // Python counts code points.
  const offsets = [0];
  for (const character of text) offsets.push(offsets.at(-1)! + character.length);
  const found = fieldsOf(
    text,
    spans.map(([a]) => offsets[a]!),
    spans.map(([, b]) => offsets[b]!),
    language,
  );

  test.each(Object.keys(fields))('%s of every token', name => {
    const own = found[name as keyof typeof found].map(value =>
      typeof value === 'boolean' ? Number(value) : value,
    );
    expect(own).toEqual(fields[name]);
  });

  test.each(Object.keys(holds))('%s', predicate => {
    const at = holdsAt(parsePredicate(predicate), found).flatMap((is, i) => (is ? [i] : []));
    expect(at).toEqual(holds[predicate]);
  });
});

test.each(file.wrong)('%s cannot be read', predicate => {
  expect(() => parsePredicate(predicate)).toThrow(PredicateError);
  expect(() => parsePredicate(predicate)).toThrow(/^character \d+: /);
});

test('agreement counts tokens', () => {
  const found = agreementOf([1, 0, 2.5, 0], [true, true, false, false]);
  expect(found).toEqual({ fires: 2, holds: 2, both: 1 });
});
