// The documentation points only to what is there: links, anchors, and paths of sources.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const README_BYTES = 9000;

const markdownIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name));

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['docs', 'models', 'samples'].flatMap(markdownIn),
];
/** Pages that name files of the repository in their text, too. */
const withPaths = ['CONTRIBUTING.md', ...markdownIn('docs')];

const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

/** Without blocks of code, whose text may look like links or headings. */
function proseOf(page: string): string {
  let fence = '';
  return textOf(page)
    .split('\n')
    .filter(line => {
      const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
      if (fence === '') fence = mark;
      else if (mark.startsWith(fence)) fence = '';
      else return false;
      return mark === '';
    })
    .join('\n');
}

/** As GitHub makes them of headings: lower case, no punctuation, hyphens for blanks, numbers for repeated ones. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} +(.*?) *$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count > 0 ? `${slug}-${count}` : slug);
  }
  return anchors;
}

/** Why a link of a page leads nowhere; undefined: it leads somewhere, or out of the repository. */
function whyBroken(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (target.startsWith('..')) return `${link} leads out of the repository`;
  if (!existsSync(join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  if (!target.endsWith('.md') || statSync(join(root, target)).isDirectory())
    return `${link}: ${target} has no anchors`;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no such heading`;
}

describe.each(pages)('%s', page => {
  test('links to files and headings that are there', () => {
    const prose = proseOf(page).replace(/`[^`\n]*`/g, '');
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.map(link => whyBroken(page, link)).filter(Boolean)).toEqual([]);
  });
});

describe.each(withPaths)('%s', page => {
  test('names sources that are there', () => {
    const pattern = /(?<![\w./-])(?:src|webview|test|training|docs)\/[\w./-]*\w/g;
    const paths = [...new Set(textOf(page).match(pattern))];
    expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([]);
    const modules = [...textOf(page).matchAll(/python -m (training[\w.]*\w)/g)];
    const files = modules.map(([, name = '']) => name.replaceAll('.', '/'));
    // A module, or a package that can be run.
    const isThere = (path: string) =>
      [`${path}.py`, `${path}/__main__.py`].some(file => existsSync(join(root, file)));
    expect(files.filter(path => !isThere(path))).toEqual([]);
  });
});

test('every page of docs/ is linked from the README or from another page', () => {
  const linked = new Set(
    ['README.md', ...markdownIn('docs')].flatMap(page =>
      [...proseOf(page).matchAll(/\]\(([^)\s#]+)/g)].map(([, link = '']) =>
        relative('.', join(dirname(page), link)),
      ),
    ),
  );
  expect(markdownIn('docs').filter(page => !linked.has(page))).toEqual([]);
});

test(`the README has at most ${README_BYTES} bytes`, () => {
  expect(Buffer.byteLength(textOf('README.md'))).toBeLessThanOrEqual(README_BYTES);
});
