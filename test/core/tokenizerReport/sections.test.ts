// Every section over the same texts, by one tokenizer and by two: its tables are whole, and its numbers those of their
// measures.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeReport } from '../../../src/core/tokenizerReport/makeReport';
import type { Column, Curve, Section, Table } from '../../../src/core/tokenizerReport/report';
import type { ReportOptions } from '../../../src/core/tokenizerReport/sectionKind';
import { sectionKinds } from '../../../src/core/tokenizerReport/sections/sections';
import {
  sectionIds,
  sectionWords,
  type SectionId,
} from '../../../src/core/tokenizerReport/sections/sectionWords';
import { openHighs } from '../../../src/engine/tokenizerReport/highs';
import { loadTokenizer } from '../../../src/core/tokenizer/files/loadTokenizer';
import { pieceFinders } from '../../../src/engine/models/pieceFinders';
import { seededRandom } from '../../../src/core/random';
import { WordRuns } from '../../../src/core/tokenizerReport/measures/wordRuns';
import { swapOf } from '../../../src/core/tokenizerReport/measures/swap';
import { toTokenizerJson } from '../../../src/core/tokenizerReport/measures/trainBpe/tokenizerJson';
import { trainBpe } from '../../../src/core/tokenizerReport/measures/trainBpe/trainBpe';
import { models } from '../../support/paths';
import { tokenizerOf } from '../../support/shared';

const named = ['coder', 'stories260K'].map(name => {
  const tokenizer = tokenizerOf(join(models, name));
  return { tokenizer, name, kind: tokenizer.name, vocabSize: tokenizer.vocabSize };
});
const [coder, stories] = named.map(({ tokenizer }) => tokenizer) as [
  (typeof named)[0]['tokenizer'],
  (typeof named)[0]['tokenizer'],
];

/** WordPiece, whose tokens are looked up. */
const lookup = loadTokenizer(
  {
    'tokenizer.json': {
      model: {
        type: 'WordPiece',
        vocab: { '[UNK]': 0, once: 1, '##s': 2, a: 3 },
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      normalizer: null,
      added_tokens: [],
    },
  },
  pieceFinders,
);

const TEXTS: Readonly<Record<string, string>> = {
  'src/a.ts': `export function fibonacciNumbers(count: number): number[] {
  // 1234567 and 1,234,567 and 12
  const fibonacciValues = [0, 1];
  return fibonacciValues.slice(0, count);
}
`,
  'doc.md':
    'Once upon a time there was a tree. Es war einmal ein Baum. Жило-был дерево. 木がありました。\n',
  empty: '',
};

const solve = await openHighs();

/** Without their blanks. */
const LINES = Object.values(TEXTS)
  .flatMap(text => text.split('\n'))
  .map(line => line.replace(/\s+/g, ''))
  .filter(Boolean);

function sectionsOf(tokenizers: typeof named, options: Partial<ReportOptions> = {}) {
  const texts = Object.entries(TEXTS).map(([path, text]) => ({ path, parts: [text] }));
  const request = { tokenizers, source: 'here', texts, options: { seed: 1, ...options }, solve };
  const silent = { onText: () => {}, onSection: () => {} };
  return makeReport(request, sectionKinds, sectionWords, silent).sections;
}

const one = sectionsOf(named.slice(0, 1));
const two = sectionsOf(named);
const section = (id: SectionId, sections: readonly Section[] = one) =>
  sections.find(each => each.id === id)!;
const table = (id: SectionId, title: RegExp, sections: readonly Section[] = one) =>
  section(id, sections).blocks.find(
    (block): block is Table => block.kind === 'table' && title.test(block.title),
  )!;

const QUICK = sectionIds.filter(id => id !== 'mixture');

describe.each([
  ['one tokenizer', one],
  ['two tokenizers', two],
])('by %s', (_, sections) => {
  test.each(QUICK)('the tables of %s are whole', id => {
    const { blocks, missing, title, question, follows, notClaimed } = section(id, sections);
    for (const words of [title, question, follows, notClaimed]) expect(words).not.toBe('');
    expect(blocks.length > 0).toBe(missing === '');
    const titles = blocks.map(block => block.title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const block of blocks) {
      if (block.kind === 'curve') checkCurve(block);
      else checkTable(block);
    }
  });
});

function checkCurve({ xs, lines }: Curve): void {
  expect(xs.length).toBeGreaterThan(1);
  for (const { ys } of lines) expect(ys).toHaveLength(xs.length);
}

function checkTable({ columns, rows, total = rows.length }: Table): void {
  expect(total).toBeGreaterThanOrEqual(rows.length);
  const isOf = (cell: unknown, { format }: Column) =>
    cell === null || (format === 'text') === (typeof cell === 'string');
  for (const { cells, place } of rows) {
    expect(cells).toHaveLength(columns.length);
    expect(cells.every((cell, i) => isOf(cell, columns[i]!))).toBe(true);
    if (!place) continue;
    const text = TEXTS[place.path]!;
    // A word's place is where it is spelled; a file's is its beginning.
    if (place.utf16End > 0) expect(text.slice(place.utf16Start, place.utf16End)).toBe(cells[0]);
  }
}

test('what needs a second tokenizer or questions is missing without them', () => {
  expect(one.filter(({ missing }) => missing).map(({ id }) => id)).toEqual(['chunks', 'swap']);
  expect(two.filter(({ missing }) => missing).map(({ id }) => id)).toEqual(['chunks']);
});

test('classes and scripts of a vocabulary add up to its entries', () => {
  const { rows } = table('vocabulary', /by class/);
  const sum = (column: number) => rows.reduce((all, { cells }) => all + Number(cells[column]), 0);
  expect(sum(1)).toBe(coder.vocabSize);
  expect(sum(2)).toBeCloseTo(1, 12);
  const never = table('vocabulary', /^Never used by coder/);
  // The bytes that UTF-8 never has.
  expect(never.rows.map(({ cells }) => cells[1])).toEqual(
    [0xc0, 0xc1, ...Array.from({ length: 11 }, (_, i) => 0xf5 + i)].map(
      byte => `⟨${byte.toString(16)}⟩`,
    ),
  );
});

test('scripts are those of the letters, and parity is that of the parallel texts', () => {
  const { rows } = table('scripts', /^Scripts of/);
  const names = rows.map(({ cells }) => cells[0]);
  expect(new Set(names)).toEqual(new Set(['Latin', 'Common', 'Cyrillic', 'Han', 'Hiragana']));
  const parity = table('scripts', /same text/).rows;
  const english = parity.find(({ cells }) => cells[0] === 'English')!;
  expect(english.cells[2]).toBe(1);
  expect(Number(parity[0]!.cells[2])).toBeGreaterThan(5);
});

test('words that are split into many tokens are sorted by what they take beyond the best script', () => {
  const words = ['жщъэюя', 'яюэ', 'эъщж'];
  const times = [1, 4, 2];
  const text = words.map((word, i) => `${word} `.repeat(times[i]!)).join('');
  const sections = madeOf(
    { 'a.ts': 'const someValue = otherValue;\n'.repeat(50), 'b.md': text },
    { sections: ['scripts'] },
  );
  const latin = table('scripts', /^Scripts of/, sections).rows.find(
    ({ cells }) => cells[0] === 'Latin',
  )!;
  const { rows, meaning } = table('scripts', /many tokens/, sections);
  const beyond = rows.map(
    ({ cells: [word, , times, tokens] }) =>
      Number(times) * (Number(tokens) - Buffer.byteLength(String(word)) / Number(latin.cells[2])),
  );
  expect(beyond).toHaveLength(3);
  expect(beyond).toEqual(beyond.toSorted((a, b) => b - a));
  expect(rows[0]!.cells[0]).toBe('яюэ');
  expect(meaning).toContain('more tokens they take in all');
});

test('numbers are grouped as the tokenizer cuts them', () => {
  const lengths = table('numbers', /length of a number/).rows;
  expect(lengths.map(({ cells }) => cells[1]).slice(0, 3)).toEqual([
    '1',
    '1 1: single digits',
    '1 1 1: single digits',
  ]);
  expect(table('numbers', /length of a number/).meaning).toContain('no difference by construction');
  const every = table('numbers', /^Every number/);
  expect(every.rows.map(({ cells }) => cells.slice(0, 3))).toEqual([
    ['1234567', 1, '1 2 3 4 5 6 7'],
    ['1,234,567', 1, '1 2 3 4 5 6 7'],
    ['12', 1, '1 2'],
  ]);
  const found = table('numbers', /Numbers in these texts, split by coder/);
  expect(found.meaning).toContain('Of 6 numbers');
  expect(found.rows.map(({ cells }) => [cells[0], cells[1], cells[3], cells[4]])).toEqual([
    [1, 'without', 3, '0'],
    [2, 'without', 1, '12'],
    [7, 'without', 1, '1234567'],
    [7, 'with', 1, '1,234,567'],
  ]);
});

test('without a glossary the identifiers are listed, with one their own terms', () => {
  const names = table('terms', /Identifiers/).rows;
  const pieces = (name: string) =>
    coder.encode(`a ${name}`).ids.length - coder.encode('a').ids.length;
  const values = names.find(({ cells }) => cells[0] === 'fibonacciValues')!;
  expect(values.cells.slice(1, 4)).toEqual([
    pieces('fibonacciValues'),
    2,
    2 * (pieces('fibonacciValues') - 1),
  ]);
  const own = sectionsOf(named.slice(0, 1), { glossary: ['fibonacciNumbers', 'Baum', 'nowhere'] });
  const listed = table('terms', /glossary/, own).rows;
  expect(listed.map(({ cells }) => [cells[0], cells[2]])).toEqual(
    expect.arrayContaining([
      ['fibonacciNumbers', 1],
      ['Baum', 1],
      ['nowhere', 0],
    ]),
  );
  const curve = section('terms', own).blocks.find(block => block.kind === 'curve') as Curve;
  const saved = listed.map(({ cells }) => Number(cells[3]));
  expect(curve.lines[0]!.ys.at(-1)).toBe(saved.reduce((sum, each) => sum + each, 0));
});

test('of texts over 16 MB the first are read for identifiers, and the section says so', () => {
  const options = { seed: 1 };
  const run = sectionKinds.terms.open({ tokenizers: [coder], names: ['coder'], options, solve });
  if ('missing' in run) throw new Error(run.missing);
  const add = (path: string, bytes: number) => {
    const words = new WordRuns(path);
    const size = { bytes, characters: bytes, words: 1 };
    run.add!({ path, text: path, size, words, utf16Offset: 0, encodings: [coder.encode(path)] });
    const [found] = run.finish(() => {}) as [Table];
    return { names: found.rows.map(({ cells }) => cells[0]), meaning: found.meaning };
  };
  expect(add('firstIdentifier', 15_000_000).meaning).not.toContain('MB');
  expect(add('secondIdentifier', 4_000_000).meaning).not.toContain('MB');
  const { names, meaning } = add('thirdIdentifier', 4_000_000);
  expect(new Set(names)).toEqual(new Set(['firstIdentifier', 'secondIdentifier']));
  expect(meaning).toContain('Only the first 19 MB');
});

test('another tokenizer: counts, and what they cost', () => {
  const files = table('swap', /Files that grow/, two).rows;
  for (const { cells } of files) {
    const text = TEXTS[String(cells[0])]!;
    expect(cells.slice(1, 3)).toEqual(
      [coder, stories].map(tokenizer => tokenizer.encode(text).ids.length),
    );
  }
  const prices = [{ name: 'a model', perMillion: 2, window: 1000 }];
  const priced = sectionsOf(named, { prices });
  const [cost] = table('swap', /cost/, priced).rows;
  const all = Object.values(TEXTS).reduce((sum, text) => sum + coder.encode(text).ids.length, 0);
  expect(cost!.cells[0]).toBe('a model');
  expect(cost!.cells[1]).toBeCloseTo((2 * all) / 1e6, 15);
  expect(cost!.cells[3]).toBeCloseTo(all / 1000, 12);
  expect(table('swap', /cost/, two)).toBeUndefined();
});

test('merges of the texts’ own shorten them, down to a token for each word', () => {
  const { blocks } = section('merges');
  const curve = blocks.find((block): block is Curve => block.kind === 'curve')!;
  const all = Object.values(TEXTS).reduce((sum, text) => sum + coder.encode(text).ids.length, 0);
  const [lengths, words] = curve.lines.map(({ ys }) => ys) as [number[], number[]];
  expect(lengths[0]).toBe(all);
  expect(lengths.at(-1)).toBe(words[0]);
  expect(lengths.every((length, m) => m === 0 || length < lengths[m - 1]!)).toBe(true);
  const whole = table('merges', /become one token/).rows;
  expect(whole.map(({ cells }) => cells[0])).toContain('·fibonacciValues');
});

test('a lexicon is learned from the lines without their blanks', () => {
  const [own, bpe, tokenizer] = table('lexicon', /Tokens and types/).rows;
  // The lexicon is smaller than the alphabet of bytes: they are all that it has.
  expect(bpe!.cells[1]).toBe(Buffer.byteLength(LINES.join('')));
  const ids = LINES.flatMap(line => [...coder.encode(line).ids]);
  expect(tokenizer!.cells).toEqual(['coder', ids.length, new Set(ids).size]);
  expect(Number(own!.cells[1])).toBeLessThanOrEqual(LINES.join('').length);
  const again = sectionsOf(named.slice(0, 1), { sections: ['lexicon'] });
  expect(section('lexicon', again)).toEqual(section('lexicon'));
});

test('a tokenizer whose words are all one token has nothing to merge', () => {
  const whole = { ...named[0]!, tokenizer: lookup };
  expect(section('merges', sectionsOf([whole])).missing).toMatch(/already one token/);
});

test('lengths of words and tokens are shares, and edits leave most boundaries', () => {
  const curve = section('words', two).blocks.find(
    (block): block is Curve => block.kind === 'curve',
  )!;
  expect(curve.lines.map(({ name }) => name)).toEqual([
    'words',
    'tokens of coder',
    'tokens of stories260K',
  ]);
  for (const { ys } of curve.lines) expect(ys.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  const perWord = table('words', /Tokens per word/).rows;
  expect(perWord.map(({ cells }) => cells[0]).at(-1)).toBe('8 or more');
  expect(perWord.reduce((sum, { cells }) => sum + Number(cells[1]), 0)).toBeCloseTo(1, 12);
  const edits = table('words', /survive small edits/).rows;
  expect(edits.map(({ cells }) => cells[0])).toEqual(['character', 'case', 'blank']);
  for (const { cells } of edits)
    if (cells[2] !== null) expect(Number(cells[2])).toBeGreaterThan(0.5);
});

test('chunks are judged by the passages of questions', () => {
  const start = TEXTS['doc.md']!.indexOf('Es war');
  const questions = [
    { question: 'What was there?', path: 'doc.md', references: [{ start, end: start + 23 }] },
    { question: 'Elsewhere?', path: 'gone.md', references: [{ start: 0, end: 5 }] },
  ];
  const asked = sectionsOf(named.slice(0, 1), { questions });
  const settings = table('chunks', /By chunking/, asked);
  expect(settings.meaning).toContain('over 1 questions');
  expect(settings.rows).toHaveLength(20);
  const { ids } = coder.encode(TEXTS['doc.md']!);
  const passage = coder.encode(TEXTS['doc.md']!.slice(0, start + 23)).ids.length;
  // The text is one chunk of 512 tokens: of it, as much is of the passage.
  const whole = settings.rows.find(({ cells }) => cells[1] === 512 && cells[2] === 0)!;
  const before = coder.encode(TEXTS['doc.md']!.slice(0, start)).ids.length;
  expect(Number(whole.cells[3])).toBeCloseTo((passage - before) / ids.length, 1);
  const [question] = table('chunks', /By question/, asked).rows;
  expect(question!.cells[0]).toBe('What was there?');
  const { path, utf16Start, utf16End } = question!.place!;
  expect(TEXTS[path]!.slice(utf16Start, utf16End)).toBe('Es war einmal ein Baum.');
  // A passage of one word has all of its tokens, the first of which begins with the space before it.
  const word = TEXTS['doc.md']!.indexOf('Baum');
  const references = [{ start: word, end: word + 4 }];
  const ofWord = sectionsOf(named.slice(0, 1), {
    questions: [{ question: 'Was?', path: 'doc.md', references }],
  });
  const best = table('chunks', /By chunking/, ofWord).rows.find(({ cells }) => cells[1] === 512)!;
  expect(best.cells[3]).toBeCloseTo(coder.encode(' Baum').ids.length / ids.length, 12);
  const none = sectionsOf(named.slice(0, 1), { questions: questions.slice(1) });
  expect(section('chunks', none).missing).toMatch(/None of the passages/);
});

test('training data: a tokenizer of two kinds of text is told from a third', () => {
  const random = seededRandom(5);
  const wordsOf = (letters: string, count: number) =>
    Array.from({ length: count }, () => {
      const length = 2 + Math.floor(random() * 6);
      // Early letters are frequent, so that each kind has pairs of its own.
      return Array.from({ length }, () => letters[Math.floor(random() ** 2 * letters.length)]).join(
        '',
      );
    }).join(' ');
  const kinds = { '.a': 'abcdefgh', '.b': 'ijklmnop', '.c': 'qrstuvwx' };
  const texts = (count: number) =>
    Object.entries(kinds).map(([ending, letters]) => ({
      path: `text${ending}`,
      text: wordsOf(letters, count),
    }));
  const [a, b] = texts(40_000);
  const trained = trainBpe([a!.text.repeat(3), b!.text], { vocabSize: 600 });
  const json: unknown = JSON.parse(JSON.stringify(toTokenizerJson(trained)));
  const tokenizer = loadTokenizer({ 'tokenizer.json': json }, pieceFinders);
  const own = { ...named[0]!, tokenizer };
  const parts = texts(20_000).map(({ path, text }) => ({ path, parts: [text] }));
  const made = (each: typeof parts, of = own, categories: 'ending' | 'folder' = 'ending') =>
    makeReport(
      {
        tokenizers: [of],
        source: '',
        texts: each,
        options: { seed: 1, sections: ['mixture'], categories },
        solve,
      },
      sectionKinds,
      sectionWords,
      { onText: () => {}, onSection: () => {} },
    ).sections[0]!;
  const found = made(parts);
  const [shares] = found.blocks as [Table];
  checkTable(shares);
  const shareOf = (kind: string) =>
    Number(shares.rows.find(({ cells }) => cells[0] === kind)!.cells[1]);
  expect(Math.abs(shareOf('.a') - 0.75)).toBeLessThan(0.05);
  expect(shareOf('.c')).toBeLessThan(0.02);
  expect(made(parts.slice(0, 1)).missing).toMatch(/two kinds of file/);
  const inFolders = parts.map(({ parts: own }, i) => ({ path: `f${i}/text`, parts: own }));
  const folders = made(inFolders, own, 'folder').blocks[0] as Table;
  expect(folders.rows.map(({ cells }) => cells[0])).toEqual(['f0/', 'f1/', 'f2/']);
  expect(made(parts, { ...own, tokenizer: stories }).missing).toMatch(/only for byte-level BPE/);
});

test('without texts a report says what there is to say of the tokenizer', () => {
  const request = { tokenizers: named, source: 'here', texts: [], options: { seed: 1 }, solve };
  const silent = { onText: () => {}, onSection: () => {} };
  const { sections } = makeReport(request, sectionKinds, sectionWords, silent);
  const said = sections.filter(({ missing }) => missing === '');
  expect(said.map(({ id }) => id)).toEqual(['vocabulary', 'scripts', 'numbers']);
  for (const { blocks } of said)
    for (const block of blocks) if (block.kind === 'table') checkTable(block);
});

test('lists of words that are cut say how many there are', () => {
  const names = Array.from({ length: 600 }, (_, i) => `someLongIdentifier${i}`);
  // Of letters that no merge of this tokenizer is of.
  const words = Array.from({ length: 150 }, (_, i) =>
    Array.from(i.toString(6).padStart(4, '0'), digit => 'жщъэюя'[Number(digit)]).join(''),
  );
  const sections = madeOf(
    { 'a.ts': names.join(' = '), 'b.md': words.join(' ') },
    { sections: ['terms', 'scripts'] },
  );
  const of = ({ rows, total }: Table) => [rows.length, total];
  expect(of(table('terms', /Identifiers/, sections))).toEqual([500, 600 + 150]);
  expect(of(table('scripts', /many tokens/, sections))).toEqual([100, 150]);
});

function madeOf(texts: Readonly<Record<string, string>>, options: Partial<ReportOptions>) {
  const parts = Object.entries(texts).map(([path, text]) => ({ path, parts: [text] }));
  const request = { tokenizers: named, source: '', texts: parts, options: { seed: 1, ...options } };
  const silent = { onText: () => {}, onSection: () => {} };
  return makeReport({ ...request, solve: undefined }, sectionKinds, sectionWords, silent).sections;
}

test('a word that becomes whole at some places and breaks at others is in both lists', () => {
  // What stands before a word changes how it is cut.
  const texts = [' ha', '(ha)', '_ha', ' my', '(my)', '.my'];
  const sections = madeOf(Object.fromEntries(texts.map((text, i) => [`f${i}`, text])), {
    sections: ['swap'],
  });
  const expected = { whole: new Map<string, number>(), broken: new Map<string, number>() };
  for (const text of texts)
    swapOf(text, coder.encode(text), stories.encode(text), undefined, found => {
      const counts = expected[found.becomesWhole ? 'whole' : 'broken'];
      const word = text.slice(found.start, found.end);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    });
  const listed = (title: RegExp) =>
    new Map(table('swap', title, sections).rows.map(({ cells: [word, times] }) => [word, times]));
  expect(listed(/become whole/)).toEqual(expected.whole);
  expect(listed(/that break/)).toEqual(expected.broken);
  expect([...expected.whole.keys()].filter(word => expected.broken.has(word))).toContain('ha');
});

test('a question is about the text whose path is the most of the one that it names', () => {
  const texts = {
    'a.md': 'first text here',
    'docs/a.md': 'other text here',
    'b/a.md': 'third one',
  };
  const of = (path: string) =>
    table(
      'chunks',
      /By question/,
      madeOf(texts, {
        sections: ['chunks'],
        questions: [{ question: 'Which?', path, references: [{ start: 0, end: 5 }] }],
      }),
    ).rows.map(({ place }) => place!.path);
  expect(of('a.md')).toEqual(['a.md']);
  expect(of('docs/a.md')).toEqual(['docs/a.md']);
  // The report may be of a folder that is further in.
  expect(of('root/docs/a.md')).toEqual(['docs/a.md']);
});
