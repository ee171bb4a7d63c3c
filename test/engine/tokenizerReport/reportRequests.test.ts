// The report across its thread: files of every kind, progress, and an end at once where it is cancelled.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cancelled, UserError } from '../../../src/core/errors';
import type { Report, Table } from '../../../src/core/tokenizerReport/report';
import { toTokenizerJson } from '../../../src/core/tokenizerReport/measures/trainBpe/tokenizerJson';
import { trainBpe } from '../../../src/core/tokenizerReport/measures/trainBpe/trainBpe';
import { openTokenizerAt } from '../../../src/engine/models/openTokenizer';
import { Model } from '../../../src/engine/models/model';
import { engineServer } from '../../../src/engine/server';
import type { ReportFile, ReportingEvent } from '../../../src/protocol/tokenizerReport';
import { bundleEngine } from '../../support/engineBundle';
import { models } from '../../support/paths';
import { tokenizerOf } from '../../support/shared';

const coder = join(models, 'coder');
const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-report-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const events: ReportingEvent[] = [];
let engine: ReturnType<typeof engineServer>;
beforeAll(async () => {
  const thread = join(await bundleEngine(), 'reportThread.js');
  engine = engineServer(
    Model.opener(() => expect.fail('no graph is asked for')),
    (name, event) => name === 'reporting' && events.push(event as ReportingEvent),
    undefined,
    thread,
  );
});

const never = new AbortController().signal;
const openTokenizer = async (folder: string) => {
  const alone = join(scratch, 'tokenizer.json');
  copyFileSync(join(folder, 'tokenizer.json'), alone);
  await engine.openModel({ folder: alone, contextLimit: 64 }, never);
};
const reportOn = (files: readonly ReportFile[], signal = never, compares = false) =>
  engine.tokenizerReport(
    { source: 'here', files, compares, options: { seed: 1, sections: ['size'] } },
    signal,
  ) as Promise<Report>;

test('files, texts and what cannot be read', async () => {
  await openTokenizer(coder);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(scratch, name), content);
    return { path: name, file: join(scratch, name) };
  };
  mkdirSync(join(scratch, 'folder'));
  const text = '\ufefflet naïve = 1;\n';
  const { files, bytes, skipped, sections } = await reportOn([
    write('a.ts', text),
    { path: 'unsaved.ts', text: 'let b' },
    write('latin1.txt', Buffer.from([0x66, 0xfc, 0x72])),
    write('nul.txt', 'a\0b'),
    write('picture.png', 'no picture'),
    write('empty.txt', ''),
    { path: 'gone.ts', file: join(scratch, 'gone.ts') },
    { path: 'folder', file: join(scratch, 'folder') },
    { path: 'elsewhere', reason: 'offline' },
  ]);
  expect(files).toBe(3);
  expect(bytes).toBe(Buffer.byteLength(`${text}let b`));
  expect(skipped).toEqual([
    { path: 'latin1.txt', reason: 'not UTF-8 text' },
    { path: 'nul.txt', reason: 'not UTF-8 text' },
    { path: 'picture.png', reason: 'binary by its name' },
    { path: 'gone.ts', reason: 'cannot be read: not found' },
    { path: 'folder', reason: 'cannot be read: it is a folder, not a file' },
    { path: 'elsewhere', reason: 'offline' },
  ]);
  const [kinds] = sections[0]!.blocks as Table[];
  const tokens = ['let b', text].reduce(
    (sum, each) => sum + tokenizerOf(coder).encode(each).ids.length,
    0,
  );
  expect(kinds!.rows[0]!.cells.slice(0, 2)).toEqual(['all', tokens]);
});

test('two tokenizers are the model’s and the second; without one it says so', async () => {
  await openTokenizer(coder);
  const file: ReportFile = { path: 'a', text: 'let x' };
  await engine.compareWith({ path: '' }, never);
  await expect(async () => reportOn([file], never, true)).rejects.toThrow(UserError);
  await engine.compareWith({ path: join(models, 'stories260K') }, never);
  const { tokenizers } = await reportOn([file], never, true);
  expect(tokenizers.map(({ vocabSize }) => vocabSize)).toEqual([
    tokenizerOf(coder).vocabSize,
    tokenizerOf(join(models, 'stories260K')).vocabSize,
  ]);
});

test('a report says how far it is and ends when it is cancelled', async () => {
  await openTokenizer(coder);
  const long = join(scratch, 'long.txt');
  writeFileSync(long, 'const x = 1; // once upon a time\n'.repeat(2_000_000));
  events.length = 0;
  const user = new AbortController();
  const made = reportOn([{ path: 'long.txt', file: long }], user.signal);
  made.catch(() => {});
  await expect.poll(() => events.length, { timeout: 60_000 }).toBeGreaterThan(0);
  expect(events[0]!.doing).toBe('long.txt');
  expect(events[0]!.share).toBeGreaterThan(0);
  expect(events[0]!.share).toBeLessThan(1);
  user.abort();
  await expect(made).rejects.toThrow(Cancelled);
});

test('a tokenizer that is gone is named', async () => {
  await openTokenizer(coder);
  rmSync(join(scratch, 'tokenizer.json'));
  await expect(reportOn([{ path: 'a', text: 'x' }])).rejects.toThrow(/Tokenizer not found/);
});

test('a tokenizer is trained on texts and opens like any other', async () => {
  const target = join(scratch, 'own.json');
  const long = join(scratch, 'words.txt');
  writeFileSync(long, 'let alpha = beta; // gamma\n'.repeat(60_000));
  const files: ReportFile[] = [
    { path: 'words.txt', file: long },
    { path: 'unsaved', text: 'naïve naïve naïve' },
    { path: 'gone.ts', file: join(scratch, 'gone.ts') },
  ];
  const trained = await engine.trainTokenizer({ files, entries: 300, target }, never);
  expect(trained).toMatchObject({ path: target, files: 2 });
  expect(trained.skipped).toEqual([{ path: 'gone.ts', reason: 'cannot be read: not found' }]);
  const { tokenizer } = openTokenizerAt(target);
  expect(tokenizer.vocabSize).toBe(trained.entries);
  // Each word is a token by then.
  expect(tokenizer.encode(' alpha = naïve').ids.length).toBeLessThan(7);
  // What is in several parts is trained like one.
  const texts = ['let alpha = beta; // gamma\n'.repeat(60_000), 'naïve naïve naïve'];
  const whole = toTokenizerJson(trainBpe(texts, { vocabSize: 300 }));
  expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual(whole);
});

test('what cannot be trained or written is refused, and nothing is left', async () => {
  const train = async (files: ReportFile[], target: string) =>
    engine.trainTokenizer({ files, entries: 300, target }, never);
  const text = { path: 'a', text: 'some text' };
  const folder = join(scratch, 'nowhere');
  await expect(train([{ path: 'a', text: '' }], join(scratch, 'none.json'))).rejects.toThrow(
    new UserError('There is no text to train a tokenizer on.'),
  );
  await expect(train([text], join(folder, 'own.json'))).rejects.toThrow(/^Cannot write .*nowhere/);
  expect(readdirSync(scratch).filter(name => name.includes('unfinished'))).toEqual([]);
  expect(existsSync(join(scratch, 'none.json'))).toBe(false);
});
