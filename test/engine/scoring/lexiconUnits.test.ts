// A text cut by a lexicon that is learned from its own lines.
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/errors';
import { Model } from '../../../src/engine/models/model';
import { engineServer } from '../../../src/engine/server';
import { models } from '../../support/paths';

const at = { uri: 'text', version: 1 };
const signal = new AbortController().signal;
let engine: ReturnType<typeof engineServer>;

beforeEach(async () => {
  engine = engineServer(Model.opener(() => expect.fail('no graph is asked for')));
  await engine.openModel(
    { folder: join(models, 'coder/tokenizer.json'), contextLimit: 64 },
    signal,
  );
});

async function unitsOf(text: string, utf16Start = 0, utf16End = text.length) {
  await engine.setDocument({ ...at, text }, signal);
  const range = { utf16Start, utf16End };
  const view = await engine.units({ ...at, range }, signal);
  return Array.from(view.utf16Starts, (start, i) => ({
    text: text.slice(start, view.utf16Ends[i]),
    start,
    number: view.bits[i],
  }));
}

const LINES = [
  'the cat sat on the mat',
  'the dog sat on a log',
  'a cat and the dog sat',
  'on the mat a dog',
];
const TEXT = Array.from({ length: 400 }, (_, i) => LINES[i % LINES.length]).join('\n');

test('units cover what is no blank, in order, and count from 0 in each line', async () => {
  const units = await unitsOf(TEXT);
  expect(units.map(({ text }) => text.replace(/\s/g, '')).join('')).toBe(TEXT.replace(/\s/g, ''));
  for (const [i, { start, number }] of units.entries()) {
    const isFirst = !/\S/.test(TEXT.slice(TEXT.lastIndexOf('\n', start) + 1, start));
    expect(number).toBe(isFirst ? 0 : units[i - 1]!.number! + 1);
    expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : units[i - 1]!.start);
  }
  // It was learned: words of several letters are units, and there are few kinds.
  expect(units.length).toBeLessThan(TEXT.replace(/\s/g, '').length / 2);
  expect(new Set(units.map(({ text }) => text)).size).toBeLessThan(40);
});

test('a part has the units of the whole for its lines', async () => {
  const all = await unitsOf(TEXT);
  const line = TEXT.indexOf('\n', 500) + 1;
  const part = await unitsOf(TEXT, line + 3, line + 30);
  const end = TEXT.indexOf('\n', line + 30);
  expect(part).toEqual(all.filter(({ start }) => start >= line && start < end));
});

test('characters of two units, blank lines and an empty text', async () => {
  const units = await unitsOf('\n  𝄞𝄞 a\n\n\tb');
  expect(units.map(({ text }) => text.replace(/\s/g, '')).join('')).toBe('𝄞𝄞ab');
  expect(await unitsOf('')).toEqual([]);
  expect(await unitsOf(' \n\t\n')).toEqual([]);
});

test('an edited text has the units of one that was never otherwise, and waits until it rests', async () => {
  await unitsOf(TEXT);
  const edit = (version: number, text: string) =>
    engine.editDocument(
      { uri: 'text', version, edits: [{ utf16Start: 0, utf16End: 3, text }] },
      signal,
    );
  const whole = { utf16Start: 0, utf16End: TEXT.length };
  await edit(2, 'tha');
  const overtaken = engine.units({ uri: 'text', version: 2, range: whole }, signal);
  await edit(3, 'our dog and thine');
  await expect(overtaken).rejects.toThrow(Cancelled);
  const edited = `our dog and thine${TEXT.slice(3)}`;
  const range = { utf16Start: 0, utf16End: edited.length };
  const view = await engine.units({ uri: 'text', version: 3, range }, signal);
  const starts = (await unitsOf(edited)).map(({ start }) => start);
  expect([...view.utf16Starts]).toEqual(starts);
});
