// JSON as Python writes it, beside JSON.parse where that reads a text too. The errors' places are those of Python's json.
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/core/parseJson';
import { walkJson, JsonError } from '../../src/core/walkJson';
import { seededRandom } from '../../src/core/random';
import { seedOr } from '../support/seed';

/** Read by our own parser, however the text is spelled. */
const parsed = (text: string) => {
  const [value] = parseJson(`[${text}\n, NaN]`) as unknown[];
  return value;
};

describe('parseJson', () => {
  test('reads numbers that are not finite, and leaves strings alone', () => {
    expect(parseJson('{"a": NaN, "b": [Infinity, -Infinity], "c": "NaN", "NaN": -1}')).toEqual({
      a: NaN,
      b: [Infinity, -Infinity],
      c: 'NaN',
      NaN: -1,
    });
    expect(parseJson('NaN')).toBe(NaN);
    expect(parseJson('\ufeff{"a": NaN}')).toEqual({ a: NaN });
    expect(parseJson('\ufeff[1]')).toEqual([1]);
  });

  test('reads all else as JSON.parse does', () => {
    for (const text of [
      '{}',
      '[]',
      ' [ { } , [ ] ] ',
      '{"a":{"b":[1,-0,2.5e-3,1E+2]},"a":true}',
      String.raw`"\u00e9\ud83d\ude0a\ud83d \" \\ \/ \b\f\n\r\t\u0000"`,
      '{"__proto__": {"x": 1}, "constructor": null, "": false}',
      '"a\u2028\u007f"',
      '1e999',
    ]) {
      expect(parsed(text)).toEqual(JSON.parse(text));
      expect(JSON.stringify(parsed(text))).toBe(JSON.stringify(JSON.parse(text)));
    }
    expect(Object.getPrototypeOf(parsed('{"__proto__": {"x": 1}}'))).toBe(Object.prototype);
  });

  test('refuses what JSON.parse refuses, also in changed texts', () => {
    const random = seededRandom(seedOr(20));
    const below = (limit: number) => Math.floor(random() * limit);
    const good = String.raw`{"a": [1, -2.5e3, "x\u00e9\n", true], "b": {"c": null, "d": []}}`;
    const pieces = ['"', '\\', ',', ':', '[', ']', '{', '}', '0', '-', '.', 'e', 'u', ' ', '\n'];
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const at = below(good.length);
      const piece = pieces[below(pieces.length)]!;
      const text = good.slice(0, at) + piece + good.slice(at + below(3));
      let expected: unknown;
      let isValid = true;
      try {
        expected = JSON.parse(text);
      } catch {
        isValid = false;
        refused++;
      }
      if (isValid) expect([text, parsed(text)]).toEqual([text, expected]);
      else {
        expect(() => walkJson(text, { open() {}, key() {}, value() {}, close() {} })).toThrow(
          JsonError,
        );
      }
    }
    expect(refused).toBeGreaterThan(500);
  });

  test.each([
    ['{"a": 1,\n "b": }', 'a value is expected, but there is "}" at line 2, column 7', false],
    [
      '{"a": 1,}',
      'a key in double quotes is expected, but there is "}" at line 1, column 9',
      false,
    ],
    ["{'a': 1}", `a key in double quotes is expected, but there is "'" at line 1, column 2`, false],
    ['[1 2]', 'a comma or "]" is expected, but there is "2" at line 1, column 4', false],
    ['{"a" 1}', 'a colon is expected, but there is "1" at line 1, column 6', false],
    ['[1]\n[2]', 'more text after the value at line 2, column 1', false],
    ['[-NaN]', 'a value is expected, but there is "-" at line 1, column 2', false],
    ['["a\tb"]', 'a control character in a string at line 1, column 4', false],
    [String.raw`["\x41"]`, 'an escape that JSON does not have at line 1, column 3', false],
    [String.raw`["\u00g0"]`, 'an escape that JSON does not have at line 1, column 3', false],
    ['{"a": [1,\n', 'a value is expected, but the text ends at line 2, column 1', true],
    ['{"a": "b', 'a string without an end at line 1, column 7', true],
    [String.raw`{"a": "b\u00`, 'a string without an end at line 1, column 7', true],
    ['{"a": tru', 'a value is expected, but there is "t" at line 1, column 7', true],
    ['', 'a value is expected, but the text ends at line 1, column 1', true],
  ])('says where %j is wrong, and whether it is cut short', (text, message, isCut) => {
    let error: unknown;
    try {
      parseJson(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(JsonError);
    expect(error).toMatchObject({ message, isCut });
  });

  test('reads texts nested a hundred thousand deep', () => {
    const depth = 100_000;
    let value = parseJson(`${'['.repeat(depth)}NaN${']'.repeat(depth)}`);
    let found = 0;
    for (; Array.isArray(value); value = value[0] as unknown) found++;
    expect([found, value]).toEqual([depth, NaN]);
  });
});

describe('walkJson', () => {
  /** What is called, in its order; of values their texts, too. */
  const walk = (text: string) => {
    const calls: unknown[] = [];
    walkJson(text, {
      open: kind => calls.push(kind),
      key: name => calls.push(['key', name]),
      value: (value, start, end) => calls.push([value, text.slice(start, end)]),
      close: () => calls.push('close'),
    });
    return calls;
  };

  test('says what opens, what closes, and where values stand', () => {
    const text = String.raw`{ "a\n" : [1.50, "x\u0041" ,-Infinity,{}],"":NaN , "b":  false }`;
    const expected = [
      'object',
      ['key', 'a\n'],
      'array',
      [1.5, '1.50'],
      ['xA', String.raw`"x\u0041"`],
      [-Infinity, '-Infinity'],
      'object',
      'close',
      'close',
      ['key', ''],
      [NaN, 'NaN'],
      ['key', 'b'],
      [false, 'false'],
      'close',
    ];
    expect(walk(text)).toEqual(expected);
    expect(walk(`\ufeff${text}\n`)).toEqual(expected);
    expect(walk('\r\n\t 12.25e+1 ')).toEqual([[122.5, '12.25e+1']]);
  });

  test('an error has the offset, the line and the column of its place, also for a line of a file', () => {
    const error = (text: string) => {
      try {
        walk(text);
      } catch (error) {
        return error as JsonError;
      }
      throw new Error('no error');
    };
    const found = error('[1,\n\n  tru ]');
    expect(found).toMatchObject({ offset: 7, line: 3, column: 3, isCut: false });
    expect(found.onLine(70)).toBe('a value is expected, but there is "t" at line 70, column 3');
    expect(error('[1,\n🙂]').message).toBe(
      'a value is expected, but there is "🙂" at line 2, column 1',
    );
    expect(error('[-').isCut).toBe(true);
    expect(error('[-Infinit').isCut).toBe(true);
    expect(error('[-Infinitx').isCut).toBe(false);
    expect(error('["a\\').isCut).toBe(true);
    expect(error(String.raw`["\u123`).isCut).toBe(true);
    expect(error(String.raw`["\u12x"]`)).toMatchObject({ isCut: false, column: 3 });
  });
});
