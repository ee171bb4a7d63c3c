// What stands after the cursor because something before it is open, and which texts between them keep it balanced.
import { describe, expect, test } from 'vitest';
import { Balance } from '../../../src/core/completion/balance';

/** `|` is the cursor. */
const at = (marked: string, language = 'typescript') => {
  const cursor = marked.indexOf('|');
  const text = marked.slice(0, cursor) + marked.slice(cursor + 1);
  return { balance: new Balance(text, cursor, language), after: text.slice(cursor) };
};

describe('closers', () => {
  test.each([
    ['f(a, |);\n', ');'],
    ['f(g(|))\nx', '))'],
    ['f(|), g)', ')'],
    ['if (|) {\n', ') {'],
    ['x.map(y => |)', ')'],
    ['f({ a: | })', ' })'],
    ["s = 'a|';", "';"],
    ["s = 'a|b';", ''],
    ["f('a|')", "')"],
    ['`a${b|}`', '}`'],
    ['/** a | */', ' */'],
    ['f(| /* a */)', ''],
    ['x = |;', ';'],
    ['const a|\n', ''],
    ['f(|\n)', ''],
    ['a|b)', ''],
    // Nothing closes what is open: the punctuation of the line after brackets, and nothing in strings and comments.
    ['f(|;\n', ';'],
    ['a[0|, \n', ','],
    ['{ a: 1|;', ';'],
    ['f([|);\n', ');'],
    ["s = 'a|;\n", ''],
    ['s = "a|);\n', ''],
    ['s = `a|;\n', ''],
    ['// a|;\n', ''],
    ['/* a|;\n', ''],
    ['f(/* a|);\n', ''],
    ["f('a|);\n", ''],
  ])('of %s are %s', (marked, closers) => {
    const { balance, after } = at(marked);
    expect(after.slice(0, balance.closers)).toBe(closers);
  });

  test.each([
    ['f"a{b|}"', 'python', ''],
    ['x = """a|"""', 'python', '"""'],
    ['if x|:\n', 'python', ':'],
    ['f(|) # a', 'python', ')'],
    ['<div>|</div>\n', 'html', '</div>'],
    ['  return <b>|</b>;', 'typescriptreact', '</b>;'],
    ['a <!-- | -->', 'html', ' -->'],
    ["let a: &'a str = f(|)", 'rust', ')'],
    ["don't (|)", 'plaintext', ')'],
    ['<li><a href="#te|"\n', 'html', '"'],
    ['<a href="#te|">', 'html', '">'],
    ["<a title='|'>x</a>", 'html', "'"],
    ['<a href="C:\\|">', 'html', '">'],
    ['<p id="a">it\'s (|)</p>', 'html', ')</p>'],
    ['<p>a = "|" b</p>', 'html', ''],
    ['<p id="a">a = "|" b</p>', 'html', ''],
    ['<img src="|"/>', 'xml', '"/>'],
  ])('of %s in %s are %s', (marked, language, closers) => {
    const { balance, after } = at(marked, language);
    expect(after.slice(0, balance.closers)).toBe(closers);
  });

  test('are limited in number', () => {
    const open = '('.repeat(2000);
    expect(at(`${open}|${')'.repeat(2000)}`).balance.closers).toBe(64);
  });

  test('are found in time that does not grow with the text', () => {
    const ms = (text: string) => {
      const times = Array.from({ length: 7 }, () => {
        const began = performance.now();
        void new Balance(text, text.length >> 1, 'typescript');
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    const text = "f(a, 'b'); // c\n".repeat(20_000);
    ms(text);
    expect(ms(text.repeat(20))).toBeLessThan(5 * ms(text) + 20);
  });
});

describe('a middle', () => {
  test.each([
    // The rest of the line, what it replaces, and what is missing after it.
    ['f(|)', 'a', 0, ''],
    ['f(|)', 'a)', 1, ''],
    ['f(|)', 'a)', 0, undefined],
    ['f(|)', 'a);', 1, ''],
    ['f(|)', 'a]', 0, undefined],
    ['f(|)', 'g(b', 0, ')'],
    ['f(|)', "g('b", 0, "')"],
    ['f(|)', 'a => {', 0, '}'],
    ['if (|)', 'a) {', 1, '}'],
    ['f(|)', 'a // b', 0, undefined],
    ['f(a) |\n', '// (b', 0, ''],
    ['f(a) |\n', "// don't", 0, ''],
    ['{\n  |\n}', '}', 0, undefined],
    // Nothing closes it yet.
    ['{\n  f();\n|\n', '}', 0, ''],
    ['f(g(|);\n', 'a)', 0, ''],
    ["s = '|';", "a'", 0, undefined],
    ["s = '|';", 'it\\', 0, ''],
    ['x = |;', '/[("]/', 0, ''],
    ['x = a |;', '/ b / (', 0, ')'],
    ['x = |;', '`a${b', 0, '}`'],
    // Nothing closes a regular expression but its author.
    ['x = |;', '/[a', 0, undefined],
    ['x = |;', '/a', 0, undefined],
    ['x = |;', '"a', 0, '"'],
  ])('of %s is %s in place of %s', (marked, middle, replaced, missing) => {
    expect(at(marked).balance.missingAfter(middle, replaced)).toBe(missing);
  });

  test.each([
    ['<p>|</p>', '<b>x', 0, '</b>'],
    ['<p>|</p>', 'x</p>', 0, undefined],
    ['<p>|</p>', 'x</p>', 4, ''],
    ['<p>|</p>', '<br>', 0, ''],
    ['<p>|</p>', '<img src="a>b">', 0, ''],
    ['<p>|</p>', '<img src="a', 0, '"'],
    ['<p>|</p>', "don't", 0, ''],
    ['<a href="|"', '#b">', 0, undefined],
    ['<a href="|"', '#b">', 1, ''],
    ['<a href="|"', "it's", 0, ''],
  ])('of %s with tags is %s in place of %s', (marked, middle, replaced, missing) => {
    expect(at(marked, 'html').balance.missingAfter(middle, replaced)).toBe(missing);
  });

  test('of a type has no tags', () => {
    const { balance } = at('const a: |;', 'typescriptreact');
    expect(balance.missingAfter('Array<string>', 0)).toBe('');
  });
});
