// Which text a tool is about, where several roots have a file of that name, and editors have changes that are not saved.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { decoded, readToolText } from '../../../src/engine/tools/toolText';

const folder = mkdtempSync(join(tmpdir(), 'tokenscope-tool-'));
afterAll(() => rmSync(folder, { recursive: true }));
const roots = ['a', 'b'].map(name => join(folder, name));
const [first, second] = roots.map(root => join(root, 'readme.md')) as [string, string];
for (const root of roots) {
  mkdirSync(root);
  writeFileSync(join(root, 'readme.md'), `saved in ${root}`);
}
writeFileSync(join(roots[1]!, 'only.md'), 'saved');

const read = (path: string, open?: Record<string, string>) =>
  decoded(
    readToolText(
      { text: undefined, path },
      { roots, withoutRoots: '', ...(open && { open }) },
      1000,
      'count_tokens',
    ),
  );

test('a relative path is of the first root that has it, with the changes of that file alone', () => {
  expect(read('readme.md')).toBe(`saved in ${roots[0]}`);
  expect(read('readme.md', { [second]: 'changed' })).toBe(`saved in ${roots[0]}`);
  const both = { [second]: 'changed', [first]: 'changed, too' };
  expect(read('readme.md', both)).toBe('changed, too');
  expect(read('only.md', { [join(roots[1]!, 'only.md')]: 'changed' })).toBe('changed');
});

test('changes are of the file, however it is named', () => {
  const open = { [second]: 'changed' };
  for (const path of [second, pathToFileURL(second).href, join('..', 'b', 'readme.md')])
    expect(read(path, open)).toBe('changed');
  expect(read(first, open)).toBe(`saved in ${roots[0]}`);
});
