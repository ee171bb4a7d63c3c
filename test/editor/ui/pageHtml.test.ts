// Pages of rendered Markdown can do nothing, whatever their text holds.
import { expect, test } from 'vitest';
import { inertHtml, pageHtml } from '../../../src/editor/ui/pageHtml';
import { processorSeconds } from '../../support/processorSeconds';

test('headings, tables, lists and code stay, with their alignment', () => {
  const html =
    '<h2 id="by-file" data-line="3" class="code-line" dir="auto">By file</h2>\n' +
    '<table class="code-line"><thead><tr><th>file</th><th style="text-align:right">tokens</th></tr></thead>' +
    '<tbody><tr><td><code>a.ts</code></td><td style="text-align:right">12</td></tr></tbody></table>';
  expect(inertHtml(html)).toBe(
    '<h2 id="by-file">By file</h2>\n' +
      '<table><thead><tr><th scope="col">file</th><th scope="col" class="number">tokens</th></tr></thead>' +
      '<tbody><tr><td><code>a.ts</code></td><td class="number">12</td></tr></tbody></table>',
  );
});

test.each([
  '<script>alert(1)</script>',
  '<img src="https://example.org/x.png">',
  '<iframe src="https://example.org"></iframe>',
  '<meta http-equiv="refresh" content="0;url=https://example.org">',
  '<svg onload="alert(1)"></svg>',
  '<style>body { display: none }</style>',
  '<form action="https://example.org"><input name="x"></form>',
  '<link rel="stylesheet" href="https://example.org/x.css">',
  '<base href="https://example.org/">',
  '<p title="a > b"><script>',
  '<scr<script>ipt>',
])('%s is text', html => {
  expect(inertHtml(html).replace(/<\/?p>/g, '')).not.toMatch(/<[a-z]/i);
});

test('known elements lose every attribute that is not needed', () => {
  expect(inertHtml('<p onclick="x()" style="position:fixed">a</p>')).toBe('<p>a</p>');
  expect(inertHtml('<h1 id="a" onmouseover="x()">a</h1>')).toBe('<h1 id="a">a</h1>');
  expect(inertHtml('<a href="command:workbench.action.quit">quit</a>')).toBe('<a>quit</a>');
  expect(inertHtml('<a href="javascript:x()">x</a>')).toBe('<a>x</a>');
  expect(inertHtml('<a title="t" href="https://example.org/?a&amp;b">x</a>')).toBe(
    '<a href="https://example.org/?a&amp;b">x</a>',
  );
});

test('a page allows its style sheet alone, and its title is text', () => {
  const page = pageHtml('<b>', '<h1>A</h1>', { style: 'vscode:report.css', source: 'vscode:' });
  expect(page).toContain("default-src 'none'; style-src vscode:; form-action 'none'");
  expect(page).toContain('<title>&lt;b&gt;</title>');
  expect(page).toContain('<main><h1>A</h1></main>');
});

test('a long text of openings takes a time in proportion to its length', () => {
  expect(processorSeconds(() => inertHtml('<a '.repeat(300_000)))).toBeLessThan(5);
});

test('hidden characters are spelled, however they are written; others stay as they are', () => {
  const spelled = 'a⟨U+202E⟩b';
  for (const written of ['a\u202eb', 'a&#8238;b', 'a&#x202e;b', 'a&#X202E;b', 'a&#8238b'])
    expect(inertHtml(written)).toBe(spelled);
  expect(inertHtml('&#60;b&#x3e; &amp; &#169;')).toBe('&#60;b&#x3e; &amp; &#169;');
  // No character at all.
  expect(inertHtml('a&#x110000;b&#99999999;')).toBe('ab');
  expect(inertHtml('&#x10ffff;x')).toContain('x');
  // A family is one picture: what joins it is not hidden.
  const family = '👩\u200d👩\u200d👧';
  expect(inertHtml(`${family}\u200b${family}`)).toBe(`${family}⟨U+200B⟩${family}`);
  expect(inertHtml('a\u200db')).toBe('a⟨U+200D⟩b');
});

test('a link may lead to a heading of the page, and a heading keeps its name alone', () => {
  expect(inertHtml('<a class="x" href="#by-file">there</a>')).toBe('<a href="#by-file">there</a>');
  expect(inertHtml('<a href="http://example.org">x</a>')).toBe(
    '<a href="http://example.org">x</a>',
  );
  expect(inertHtml('<a href="ftp://example.org">x</a>')).toBe('<a>x</a>');
  expect(inertHtml('<a data-href="https://example.org">x</a>')).toBe('<a>x</a>');
  expect(inertHtml('<p id="a">x</p><h6 id="b">y</h6><h2>z</h2>')).toBe(
    '<p>x</p><h6 id="b">y</h6><h2>z</h2>',
  );
  expect(inertHtml('<H2>a</H2>')).toBe('<h2>a</h2>');
  expect(inertHtml('a < b > c')).toBe('a &lt; b &gt; c');
});

test('a page says its language, and what its address may not be', () => {
  const page = pageHtml('a & b', '', { style: 'x.css', source: 'vscode:' });
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain("base-uri 'none'");
  expect(page).toContain('<link rel="stylesheet" href="x.css">');
  expect(page).toContain('<title>a &amp; b</title>');
});
