// Two tokenizers on one text, in the engine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { Model } from '../../../src/engine/models/model';
import { engineServer } from '../../../src/engine/server';
import { openTokenizerAt } from '../../../src/engine/models/openTokenizer';
import type { Comparison } from '../../../src/protocol/compare';
import type { Piece, Range16 } from '../../../src/protocol/types';
import { hasShared, shared, tokenizerOf } from '../../support/shared';
import { writeModelFolder } from '../../support/modelFolder';
import { seedOr } from '../../support/seed';

const root = join(import.meta.dirname, '../../..');
const coder = join(root, 'models/coder');
const ranks = join(root, 'test/golden/ranks/cl100k_base/cl100k_base.tiktoken');
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-compare-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const TEXT =
  'export function naïveSum(a: number): number {\n  return a + 12345; // 𝄞 sums\n}\n'.repeat(3);
const signal = new AbortController().signal;
const at = { uri: 'text', version: 1 };
let documents: ReturnType<typeof engineServer>;

beforeEach(async () => {
  documents = engineServer(
    Model.opener(() => expect.fail('no graph is asked for')),
    () => {},
  );
  const bytes = writeModelFolder(join(scratch, 'bytes'), { graph: false });
  await documents.openModel({ folder: bytes, contextLimit: 64 }, signal);
  await documents.setDocument({ ...at, text: TEXT }, signal);
});

const compared = (ranges: Range16[] = [], visible: Range16[] = []) =>
  documents.compare({ ...at, ranges, visible }, signal) as Comparison;
const bytesOf = (pieces: Piece[]) =>
  Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('hex');

test('counts, views and differences of both are those of each by itself', async () => {
  await documents.compareWith({ path: coder }, signal);
  const whole = tokenizerOf(coder).encode(TEXT);
  const bytes = encodeUtf8(TEXT);
  const everything = { utf16Start: 0, utf16End: TEXT.length };
  const { document, ranges, differences, listed } = compared([everything], [everything]);
  const second = whole.ids.length;
  const size = { bytes: bytes.length, characters: [...TEXT].length, words: 42 };
  expect(document).toEqual({ ...size, tokens: bytes.length, second });
  expect(ranges).toEqual(document);
  // The first tokenizer has a token per byte: the two differ wherever the second's is longer.
  const long = [...whole.ids.keys()].filter(i => whole.byteEnds[i]! - whole.byteStarts[i]! > 1);
  expect(differences).toBe(long.length);
  expect(listed.length).toBe(Math.min(100, long.length));
  listed.forEach(({ first, second }, i) => {
    const token = long[i]!;
    const own = bytes.subarray(whole.byteStarts[token], whole.byteEnds[token]);
    expect(bytesOf(first)).toBe(Buffer.from(own).toString('hex'));
    expect(second.map(({ id }) => id)).toEqual([whole.ids[token]]);
  });
  const view = documents.view({ ...at, range: everything, maxTokens: 1e6, second: true }, signal);
  expect(view).toMatchObject({ total: second, ids: whole.ids, scores: null });
  expect(documents.count({ ...at, ranges: [everything] }, signal)).toEqual({
    document: bytes.length,
    ranges: bytes.length,
    second: { document: second, ranges: second },
  });
});

test('lists the differences that are in sight', async () => {
  await documents.compareWith({ path: coder }, signal);
  const all = compared([], [{ utf16Start: 0, utf16End: TEXT.length }]);
  expect(all.listed).toHaveLength(all.differences);
  const range = fc
    .tuple(fc.nat(TEXT.length), fc.nat(40))
    .map(([utf16Start, length]) => ({ utf16Start, utf16End: utf16Start + length + 1 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 3 }), visible => {
      const inSight = all.listed.filter(one =>
        visible.some(
          ({ utf16Start, utf16End }) => one.utf16Start < utf16End && one.utf16End > utf16Start,
        ),
      );
      const now = compared([], visible);
      expect(now.listed).toEqual(inSight);
      expect(now.differences).toBe(all.differences);
    }),
    { seed: seedOr(1) },
  );
});

test('goes from difference to difference and back', async () => {
  await documents.compareWith({ path: coder }, signal);
  const walk = (direction: 1 | -1, from: number) => {
    const places: number[] = [];
    for (let at = from; ;) {
      const next = documents.difference(
        { uri: 'text', version: 1, from: at, direction },
        signal,
      ) as Range16 | null;
      if (!next) return places;
      places.push((at = next.utf16Start));
    }
  };
  const forth = walk(1, -1);
  expect(forth.length).toBe(compared().differences);
  expect(walk(-1, TEXT.length)).toEqual(forth.toReversed());
});

test('differences are those of the text and of the second tokenizer as they are', async () => {
  const visible = [{ utf16Start: 0, utf16End: 2 * TEXT.length }];
  let [version, text] = [1, TEXT];
  const found = async () => {
    const own = documents.compare({ uri: 'text', version, ranges: [], visible }, signal);
    // The same text of a document that nothing was asked of.
    await documents.setDocument({ uri: 'fresh', version, text }, signal);
    const fresh = documents.compare({ uri: 'fresh', version, ranges: [], visible }, signal);
    expect(own).toEqual(fresh);
    return own;
  };
  for (const path of [coder, ranks, coder]) {
    await documents.compareWith({ path }, signal);
    const before = await found();
    const edits = [{ utf16Start: 7, utf16End: 7, text: 'ünï ' }];
    await documents.editDocument({ uri: 'text', version: ++version, edits }, signal);
    text = `${text.slice(0, 7)}ünï ${text.slice(7)}`;
    expect(await found()).not.toEqual(before);
  }
});

test('follows edits, and keeps the text when a tokenizer goes', async () => {
  await documents.compareWith({ path: ranks }, signal);
  compared();
  const edits = [{ utf16Start: 7, utf16End: 7, text: 'ünï ' }];
  await documents.editDocument({ uri: 'text', version: 2, edits }, signal);
  const text = `${TEXT.slice(0, 7)}ünï ${TEXT.slice(7)}`;
  const now = { uri: 'text', version: 2 };
  const counted = () => documents.count({ ...now, ranges: [] }, signal);
  const second = openTokenizerAt(ranks).tokenizer.encode(text).ids.length;
  const document = encodeUtf8(text).length;
  expect(counted()).toMatchObject({ document, second: { document: second } });
  expect(documents.compareWith({ path: '' }, signal)).toBeNull();
  expect(counted()).toEqual({ document, ranges: 0 });
  expect(documents.compare({ ...now, ranges: [], visible: [] }, signal)).toBeNull();
  expect(() => documents.difference({ ...now, from: 0, direction: 1 }, signal)).toThrow(
    /no second tokenizer/,
  );
});

test('a file of text is counted by both, another file is not', async () => {
  await documents.compareWith({ path: coder }, signal);
  const count = (bytes: Uint8Array) => documents.countFile({ bytes }, signal);
  expect(count(encodeUtf8('return value;\n'))).toEqual({
    bytes: 14,
    characters: 14,
    words: 2,
    tokens: 14,
    second: tokenizerOf(coder).encode('return value;\n').ids.length,
  });
  expect(count(Uint8Array.of(0x61, 0xff))).toBeNull();
  expect(count(Uint8Array.of(0x61, 0))).toBeNull();
});

const nameOf = (path: string) => openTokenizerAt(path).info;

test('a second tokenizer is a folder, or a file in any supported format', () => {
  const golden = join(root, 'test/golden/ranks');
  expect(nameOf(coder)).toMatchObject({ name: 'coder', tokenizer: 'byte-level BPE' });
  expect(nameOf(join(coder, 'tokenizer.json'))).toMatchObject({ name: 'coder' });
  expect(nameOf(ranks)).toMatchObject({ name: 'cl100k_base.tiktoken' });
  expect(nameOf(join(golden, 'llama2c/tokenizer.bin'))).toMatchObject({ name: 'tokenizer.bin' });
  const broken = join(scratch, 'broken.json');
  writeFileSync(broken, '{"model":');
  expect(() => nameOf(broken)).toThrow(/broken\.json is not valid JSON/);
  expect(() => nameOf(join(scratch, 'none'))).toThrow(/Tokenizer not found.*none/);
  expect(() => nameOf(join(root, 'README.md'))).toThrow(/README\.md is not a supported tokenizer/);
});

test.skipIf(!hasShared)('a folder of another model is named by itself', () =>
  expect(nameOf(join(shared, 'tokenizers/qwen2'))).toMatchObject({ name: 'qwen2' }),
);
