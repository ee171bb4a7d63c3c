// Which files of a workspace are passed over, and why.
import { expect, test } from 'vitest';
import { LARGEST_TEXT, reasonToSkip } from '../../../src/core/text/textFiles';

test.each([
  'a.png',
  'dir/Photo.JPEG',
  'photo.jpg',
  'x.woff',
  'x.woff2',
  'x.mp3',
  'x.mp4',
  'x.o',
  'x.tif',
  'x.tiff',
])('%s is binary by its name', path => {
  expect(reasonToSkip(path, 10)).toBe('binary by its name');
});

test.each(['a.ts', 'png', 'a.png.txt', 'mp5', 'a.mp5', 'Makefile', 'o', 'go.mod', 'x.obj.md'])(
  '%s is read',
  path => {
    expect(reasonToSkip(path, 10)).toBe('');
  },
);

test('a text is read up to the largest size', () => {
  expect(reasonToSkip('a.txt', LARGEST_TEXT)).toBe('');
  expect(reasonToSkip('a.txt', LARGEST_TEXT + 1)).toBe(`larger than ${LARGEST_TEXT >> 20} MB`);
});
