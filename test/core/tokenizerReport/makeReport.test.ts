// A report tokenizes each text once, in parts where it is long, and every section sees all of it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeReport, type ReportText } from '../../../src/core/tokenizerReport/makeReport';
import type { SectionKind, TokenizedText } from '../../../src/core/tokenizerReport/sectionKind';
import { size } from '../../../src/core/tokenizerReport/sections/size';
import type { SectionWords, Table } from '../../../src/core/tokenizerReport/report';
import { models } from '../../support/paths';
import { tokenizerOf } from '../../support/shared';

const coder = tokenizerOf(join(models, 'coder'));
const stories = tokenizerOf(join(models, 'stories260K'));
const WORDS = { title: 'T', question: 'Q?', follows: 'F', notClaimed: 'N.' };
const solve = () => expect.fail('no program is solved');
const silent = { onText: () => {}, onSection: () => {} };

const reported = [coder, stories].map((tokenizer, i) => ({
  tokenizer,
  name: `t${i}`,
  kind: tokenizer.name,
  vocabSize: tokenizer.vocabSize,
}));

function report(
  texts: readonly ReportText[],
  kinds: Record<string, SectionKind>,
  {
    tokenizers = reported,
    sections,
    own = {},
  }: {
    tokenizers?: typeof reported;
    sections?: string[];
    own?: Record<string, Partial<SectionWords>>;
  } = {},
) {
  const options = { seed: 1, sections };
  const words = Object.fromEntries(Object.keys(kinds).map(id => [id, { ...WORDS, ...own[id] }]));
  const request = { tokenizers, source: 'here', texts, options, solve };
  return makeReport(request, kinds, words, silent);
}

/** Keeps what it is told. */
function listener(heard: TokenizedText[]): SectionKind {
  return { open: () => ({ add: text => void heard.push(text), finish: () => [] }) };
}

test('a long text comes in parts that have the tokens of the whole', () => {
  // Parts of a file are cut anywhere between characters, also inside words.
  const line = 'const naïve = (a) => a + 12345; // 𝄞 once upon a time\n';
  const text = line.repeat(30_000);
  const pieces = [text.slice(0, 11), text.slice(11, 700_001), text.slice(700_001)];
  const heard: TokenizedText[] = [];
  const { bytes, files } = report([{ path: 'a', parts: pieces }], { all: listener(heard) });
  expect(files).toBe(1);
  expect(bytes).toBe(Buffer.byteLength(text));
  expect(heard.length).toBeGreaterThan(1);
  expect(heard.map(part => part.text).join('')).toBe(text);
  let offset = 0;
  for (const part of heard) {
    expect(part.utf16Offset).toBe(offset);
    offset += part.text.length;
  }
  [coder, stories].forEach((tokenizer, i) => {
    const ids = heard.flatMap(({ encodings }) => [...encodings[i]!.ids]);
    expect(ids).toEqual([...tokenizer.encode(text).ids]);
  });
});

test('a section without numbers says why, and others have theirs', () => {
  const never: SectionKind = { open: () => ({ missing: 'There are no merges.' }) };
  const { sections, skipped } = report(
    [
      { path: 'a.ts', parts: ['let a'] },
      { path: 'b.bin', reason: 'not text' },
    ],
    { never, size },
  );
  expect(skipped).toEqual([{ path: 'b.bin', reason: 'not text' }]);
  expect(sections[0]).toMatchObject({ id: 'never', missing: 'There are no merges.', blocks: [] });
  expect(sections[1]).toMatchObject({ id: 'size', missing: '', question: 'Q?' });
});

test('without any text, what is of texts is missing and what is of the tokenizer is not', () => {
  const own: SectionKind = { isOfTokenizer: true, open: () => ({ finish: () => [] }) };
  const { sections } = report([{ path: 'b.bin', reason: 'not text' }], { size, own });
  expect(sections.map(({ missing }) => missing)).toEqual(['There is no text to read.', '']);
});

test('an empty file is counted, and is no text to read', () => {
  const { files, sections } = report([{ path: 'a', parts: [''] }], { size });
  expect(files).toBe(1);
  expect(sections[0]!.missing).toBe('There is no text to read.');
});

test('only the sections that were asked for are made', () => {
  const kinds = { size, other: size };
  expect(report([], kinds, { sections: ['other'] }).sections.map(({ id }) => id)).toEqual([
    'other',
  ]);
  expect(report([], kinds).sections.map(({ id }) => id)).toEqual(['size', 'other']);
  const own = { other: { isSlow: true } };
  expect(report([], kinds, { own }).sections.map(({ id }) => id)).toEqual(['size']);
  const both = report([], kinds, { own, sections: ['size', 'other'] });
  expect(both.sections.map(({ id }) => id)).toEqual(['size', 'other']);
});

test('progress names the text with all bytes so far, and the section with its share', () => {
  const heard: unknown[] = [];
  const slow: SectionKind = {
    open: () => ({
      finish(onProgress) {
        onProgress(0.5);
        return [];
      },
    }),
  };
  const texts = [
    { path: 'a', parts: ['é'] },
    { path: 'b', parts: ['xyz'] },
  ];
  const options = { seed: 1 };
  const request = { tokenizers: reported, source: '', texts, options, solve };
  makeReport(
    request,
    { slow },
    { slow: WORDS },
    {
      onText: (...text) => heard.push(text),
      onSection: (...section) => heard.push(section),
    },
  );
  expect(heard).toEqual([
    ['a', 2],
    ['b', 5],
    ['T', 0],
    ['T', 0.5],
  ]);
});

test('sizes are those of the tokenizer, by kind of file and file by file', () => {
  const texts = { 'a.ts': 'let x = 1;\n', 'b/c.ts': 'ü ü', Makefile: 'all: x y z', '.npmrc': 'a' };
  const parts = Object.entries(texts).map(([path, text]) => ({ path, parts: [text] }));
  const [section] = report(parts, { size }).sections;
  const [kinds, files] = section!.blocks as Table[];
  const count = (text: string) => coder.encode(text).ids.length;
  const all = Object.values(texts).reduce((sum, text) => sum + count(text), 0);
  const characters = Object.values(texts).join('').length;
  expect(kinds!.rows[0]!.cells.slice(0, 2)).toEqual(['all', all]);
  expect(kinds!.rows[0]!.cells.at(-2)).toBeCloseTo(all / characters, 12);
  const kindNames = kinds!.rows.slice(1).map(({ cells }) => cells[0]);
  expect(new Set(kindNames)).toEqual(new Set(['.ts', 'other']));
  const rate = (path: keyof typeof texts) => count(texts[path]) / texts[path].length;
  const byRate = (Object.keys(texts) as (keyof typeof texts)[]).sort((a, b) => rate(b) - rate(a));
  expect(files!.rows.map(({ cells }) => cells[0])).toEqual(byRate);
  expect(files!.rows[0]!.place).toEqual({ path: byRate[0], utf16Start: 0, utf16End: 0 });
  const ratio = files!.columns.findIndex(({ title }) => title === 'Ratio');
  const [first] = files!.rows;
  const text = texts[byRate[0]!];
  expect(first!.cells[ratio]).toBeCloseTo(stories.encode(text).ids.length / count(text), 12);
});
