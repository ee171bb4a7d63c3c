// Cached suggestions, compared with a linear search of a list; the request delay, syntax regions, and stop rules.
import { describe, expect, test } from 'vitest';
import { RequestDelay } from '../../../src/core/completion/requestDelay';
import { regionAt } from '../../../src/core/completion/syntaxRegion';
import { lineEnd, isMostlyRepeated, repeatsOf } from '../../../src/core/completion/stopRules';
import {
  CLOSERS,
  closersOf,
  fitMiddle,
  isNoise,
  type Middle,
} from '../../../src/core/completion/middle';
import { RadixTrie, Suggestions } from '../../../src/core/completion/suggestions';
import { seedOr } from '../../support/seed';
import { pick, randomOf } from '../../support/toys';

const LETTERS = ['a', 'b', 'c'];

describe('a radix trie', () => {
  test('finds the values of all keys that a text begins with', () => {
    const random = randomOf(seedOr(4));
    const word = (most: number) =>
      Array.from({ length: Math.floor(random() * most) }, () => pick(random, LETTERS)).join('');
    const trie = new RadixTrie<string>();
    const keys = new Set<string>();
    let found = 0;
    for (let step = 0; step < 20_000; step++) {
      const key = word(7);
      if (random() < 0.55) {
        trie.set(key, key);
        keys.add(key);
      } else {
        trie.delete(key);
        keys.delete(key);
      }
      const text = word(9);
      const expected = [...keys].filter(key => text.startsWith(key));
      expected.sort((a, b) => b.length - a.length);
      expect(trie.along(text)).toEqual(expected);
      found += expected.length;
      if (step % 1000 === 0) {
        for (const key of keys) trie.delete(key);
        keys.clear();
        expect(trie.isEmpty).toBe(true);
      }
    }
    expect(found).toBeGreaterThan(10_000);
  });
});

const middle = (text: string, after = 0): Middle => ({ text, after, isNoise: false });

describe('cached suggestions', () => {
  const known = (limit?: number) => {
    const suggestions = new Suggestions(limit);
    const add = (before: string, middles: Middle[], closers = '') =>
      suggestions.add({ scene: 's', before, closers, middles });
    const find = (before: string, closers = '', scene = 's') =>
      suggestions.find({ scene, before, closers })?.map(({ text }) => text);
    return { suggestions, add, find };
  };

  test('are found while they are typed, in their own scene only', () => {
    const { add, find } = known();
    add('let a', [middle('bc = 1;'), middle('cd')]);
    expect(find('let a')).toEqual(['bc = 1;', 'cd']);
    expect(find('let abc')).toEqual([' = 1;']);
    expect(find('let abd')).toBeUndefined();
    expect(find('let abc = 1;')).toBeUndefined();
    expect(find('let a', '', 't')).toBeUndefined();
    add('let x', []);
    expect(find('let x')).toEqual([]);
    expect(find('let x', ')')).toBeUndefined();
    expect(find('let xy')).toBeUndefined();
  });

  test('are found where the editor closes what is typed', () => {
    const { add, find } = known();
    add('con', [middle("sole.log('a');")]);
    expect(find('console.log(', ')')).toEqual(["'a');"]);
    expect(find("console.log('", "')")).toEqual(["a');"]);
    expect(find("console.log('", ']')).toBeUndefined();
    // What closes it was not the model's: nothing is left before it.
    add('if (a) ', [middle('{}', 1)]);
    expect(find('if (a) {', '}')).toBeUndefined();
  });

  test('are limited in number; the least recently used is dropped', () => {
    const { suggestions, add, find } = known(3);
    for (const name of ['a', 'b', 'c']) add(name, [middle('!')]);
    find('a');
    add('d', [middle('!')]);
    add('d', [middle('?')]);
    expect(suggestions.size).toBe(3);
    const found = ['a', 'b', 'c', 'd'].map(name => find(name));
    expect(found).toEqual([['!'], undefined, ['!'], ['?']]);
  });
});

describe('a middle', () => {
  test('is inserted before the closers that it ends with, and takes the place of others', () => {
    expect(fitMiddle(middle('b));'), '));')).toEqual({ insert: 'b', replaces: 0, after: 0 });
    expect(fitMiddle(middle('b));'), '))')).toEqual({ insert: 'b));', replaces: 2, after: 0 });
    expect(fitMiddle(middle('x) {}', 1), ')')).toEqual({ insert: 'x) {}', replaces: 1, after: 1 });
    expect(fitMiddle(middle('x => {})', 2), ')')).toEqual({
      insert: 'x => {}',
      replaces: 0,
      after: 1,
    });
    expect(fitMiddle(middle('b;'), ')')).toBeUndefined();
  });
  test('goes up to the first word after the cursor', () => {
    expect(closersOf(");\nfoo'")).toBe(');');
    expect(closersOf(') => a')).toBe(') => ');
    expect(closersOf('</div>\n')).toBe('</div>');
    expect(closersOf('name)')).toBe('');
    expect(closersOf(')'.repeat(1000)).length).toBe(CLOSERS);
  });
  test('is noise if it is a character, or punctuation alone', () => {
    expect(['!', 'a', ' {', '):', '', '=='].filter(isNoise)).toHaveLength(6);
    expect(['ab', ' x)', '1, 2'].filter(isNoise)).toEqual([]);
  });
});

describe('the request delay', () => {
  const typing = (gap: number, latency: number) => {
    const pause = new RequestDelay();
    for (let key = 0; key < 10; key++) pause.keyAt(key * gap);
    pause.took(latency);
    return pause.ms(250);
  };
  test('is short if completions arrive before the next key', () => {
    expect(typing(200, 50)).toBeLessThan(20);
  });
  test('is longer than the gaps between keys if they do not, up to its limit', () => {
    expect(typing(120, 400)).toBeGreaterThan(120);
    expect(typing(400, 900)).toBe(250);
    expect(new RequestDelay().ms(10)).toBe(10);
  });
});

describe('a place', () => {
  test.each([
    ['let a = 1; // no|te', 'typescript', 'comment'],
    ['let a = "//|"', 'typescript', 'string'],
    ['let a = "x"; b|', 'typescript', 'code'],
    ['/* a\n * |', 'c', 'comment'],
    ['/* a */ |', 'c', 'code'],
    ['x = "a\\"|', 'python', 'string'],
    ['"""a\n\'b" |', 'python', 'string'],
    ['"""a""" |', 'python', 'code'],
    ["x = 'not closed\ny|", 'python', 'code'],
    ['`a\n|', 'javascript', 'string'],
    ['`a\n${|', 'javascript', 'code'],
    ['`a\n${b}|', 'javascript', 'string'],
    ['# a|', 'yaml', 'comment'],
    ['# a|', 'unknown', 'code'],
    ["fn f<'a>(x: &'a str) { |", 'rust', 'code'],
    ['<!-- a|', 'html', 'comment'],
  ])('%s in %s is in a %s', (marked, language, region) => {
    const at = marked.indexOf('|');
    expect(regionAt(marked.replace('|', ''), at, language)).toBe(region);
  });
});

describe('a stop', () => {
  test('is at the end of the first line that is more than white space', () => {
    expect(lineEnd('ab\ncd')).toBe(2);
    expect(lineEnd('\n  ab\r\ncd')).toBe(5);
    expect(lineEnd('\n  ')).toBe(-1);
    expect(lineEnd('ab')).toBe(-1);
  });
  test('is where the text after the cursor is repeated', () => {
    expect(repeatsOf('foo);', ');\n')).toEqual([3]);
    expect(repeatsOf('aaa', 'aaaa')).toEqual([0, 1, 2]);
    expect(repeatsOf('\xc3\xa9', '\xa9')).toEqual([]);
    expect(isMostlyRepeated('x = return;', 'return;\n')).toBe(false);
    expect(isMostlyRepeated('x = return 12;', 'return 12;\n')).toBe(true);
    expect(isMostlyRepeated('x          ', '          \n')).toBe(false);
  });
});
