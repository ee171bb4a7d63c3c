// Passes over the text alone: any part of a view has the numbers of the whole, with a model or without one.
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { lenses } from '../../../src/core/lenses/lenses';
import type * as chunkers from '../../../src/core/tokenizerReport/measures/chunkers';
import { chunksBySeparators } from '../../../src/core/tokenizerReport/measures/chunkers';
import { numbersOf } from '../../../src/core/tokenizerReport/measures/numbers';
import { Model } from '../../../src/engine/models/model';
import { engineServer } from '../../../src/engine/server';
import type { TokenView } from '../../../src/protocol/scores';
import { models } from '../../support/paths';
import { tokenizerOf } from '../../support/shared';

vi.mock('../../../src/core/tokenizerReport/measures/chunkers', async importOriginal => {
  const module = await importOriginal<typeof chunkers>();
  return { ...module, chunksBySeparators: vi.fn(module.chunksBySeparators) };
});

const PART = `const total = 1234567 + 89; // ናይጄሪያ and 1,234,567
Internationalisierungsgesellschaft is one word.

`;
const TEXT = PART.repeat(40);
const at = { uri: 'text', version: 1 };
const signal = new AbortController().signal;
let engine: ReturnType<typeof engineServer>;

beforeAll(async () => {
  engine = engineServer(Model.opener(() => expect.fail('no graph is asked for')));
  // A tokenizer alone.
  await engine.openModel(
    { folder: join(models, 'coder/tokenizer.json'), contextLimit: 64 },
    signal,
  );
  await engine.setDocument({ ...at, text: TEXT }, signal);
});

type Id = 'numbers' | 'words' | 'chunks';
const viewOf = (id: Id, utf16Start = 0, utf16End = TEXT.length, chunkTokens?: number) =>
  engine.view(
    {
      ...at,
      range: { utf16Start, utf16End },
      maxTokens: 1e6,
      passes: [id],
      ...(chunkTokens !== undefined && { chunkTokens }),
    },
    signal,
  ) as TokenView;
const valuesOf = (id: Id, view: TokenView) =>
  Array.from(view.ids, (_, row) => lenses[id].value(view.scores, row, view.first + row));

describe.each(['numbers', 'words', 'chunks'] as const)('%s', id => {
  test('of a part are those of the whole, and nothing is pending', () => {
    const whole = viewOf(id);
    expect(whole.pending).toBe(0);
    const all = valuesOf(id, whole);
    expect(all.some(value => !Number.isNaN(value))).toBe(true);
    for (const from of [0, 17, 60, 333, TEXT.length - 30]) {
      const part = viewOf(id, from, Math.min(TEXT.length, from + 90));
      expect(valuesOf(id, part)).toEqual(all.slice(part.first, part.first + part.ids.length));
    }
  });
});

test('digit groups are those of the numbers', () => {
  const view = viewOf('numbers');
  const values = valuesOf('numbers', view);
  const expected = numbersOf(TEXT, tokenizerOf(join(models, 'coder')).encode(TEXT));
  const groups = values.filter(value => !Number.isNaN(value)).length;
  expect(groups).toBe(expected.reduce((sum, { groups: own }) => sum + own.length, 0));
  const start = TEXT.indexOf('1234567');
  const rows = [...view.utf16Starts.keys()].filter(
    row => view.utf16Ends[row]! > start && view.utf16Starts[row]! < start + 7,
  );
  expect(rows.map(row => values[row])).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('a number and a word of more tokens than are read around a view are read whole', async () => {
  const digits = '1234567890'.repeat(20);
  const word = 'xq'.repeat(200);
  const text = `${digits} ${word} end`;
  const long = { uri: 'long', version: 1 };
  await engine.setDocument({ ...long, text }, signal);
  const ofView = (id: Id, utf16Start: number, utf16End: number) => {
    const range = { utf16Start, utf16End };
    return engine.view({ ...long, range, maxTokens: 1e6, passes: [id] }, signal) as TokenView;
  };
  for (const id of ['numbers', 'words'] as const) {
    const all = valuesOf(id, ofView(id, 0, text.length));
    for (const at of [3, 90, 150, 199, 300, 420, 590]) {
      const part = ofView(id, at, at + 1);
      expect(valuesOf(id, part)).toEqual(all.slice(part.first, part.first + part.ids.length));
    }
  }
  expect(valuesOf('numbers', ofView('numbers', 150, 151))).toEqual([150]);
});

test('a long word and a word of another script are cut finely, short ones are left out', () => {
  const view = viewOf('words', 0, PART.length);
  const values = valuesOf('words', view);
  const rowAt = (word: string) => {
    const start = TEXT.indexOf(word);
    return [...view.utf16Ends.keys()].find(row => view.utf16Ends[row]! > start)!;
  };
  expect(values[rowAt('ናይጄሪያ')]).toBeGreaterThan(3);
  expect(values[rowAt('Internationalisierungs')]).toBeGreaterThan(1);
  for (const left of ['one word', '1234567']) expect(values[rowAt(left)]).toBeNaN();
});

test('chunks have the size that is asked for', () => {
  const sizes = (chunkTokens: number) => {
    const counts = new Map<number, number>();
    for (const chunk of valuesOf('chunks', viewOf('chunks', 0, TEXT.length, chunkTokens)))
      counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
    return [...counts.values()];
  };
  const [small, large] = [sizes(50), sizes(500)];
  expect(Math.max(...small)).toBeLessThanOrEqual(50);
  expect(Math.max(...large)).toBeLessThanOrEqual(500);
  expect(small.length).toBeGreaterThan(5 * large.length);
});

test('chunks are made once for a text and a size, and anew after an edit', async () => {
  const uri = 'edited';
  const made = vi.mocked(chunksBySeparators).mock.calls;
  const chunksAt = (version: number, chunkTokens = 50) => {
    const range = { utf16Start: 0, utf16End: 1e6 };
    const request = {
      uri,
      version,
      range,
      maxTokens: 1e6,
      passes: ['chunks'] as const,
      chunkTokens,
    };
    return Array.from((engine.view(request, signal) as TokenView).scores!.chunks!);
  };
  await engine.setDocument({ uri, version: 1, text: TEXT }, signal);
  const before = made.length;
  const first = chunksAt(1);
  expect(chunksAt(1)).toEqual(first);
  expect(made.length).toBe(before + 1);
  const edits = [{ utf16Start: 0, utf16End: PART.length, text: 'short.\n\n' }];
  await engine.editDocument({ uri, version: 2, edits }, signal);
  const edited = chunksAt(2);
  expect(made.length).toBe(before + 2);
  const [larger, again] = [chunksAt(2, 100), chunksAt(2)];
  expect(Math.max(...larger)).toBeLessThan(Math.max(...edited));
  expect(again).toEqual(edited);
  // As a text that was never another one.
  await engine.setDocument({ uri, version: 3, text: `short.\n\n${PART.repeat(39)}` }, signal);
  expect(chunksAt(3)).toEqual(edited);
});
