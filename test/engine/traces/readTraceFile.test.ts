// Inspect's logs in their zips, and files that hold no trace.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { PlainTextError } from '../../../src/core/errors';
import { linesOf } from '../../../src/core/traces/rows/lines';
import { bytesSource } from '../../../src/engine/files/byteSource';
import { sourceLines } from '../../../src/engine/files/sourceLines';
import { readTraceFile } from '../../../src/engine/traces/readTraceFile';
import { encodeUtf8 } from '../../../src/core/text/utf8';
import { hasShared, shared } from '../../support/shared';
import { zipOf } from '../../support/zip';

const sample = (id: number, text: string) =>
  encodeUtf8(
    JSON.stringify({
      id,
      epoch: 1,
      target: '4',
      output: {},
      scores: { match: { value: 'I', answer: text } },
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: text },
      ],
    }),
  );

/** A zstd frame that holds its content as it is: RFC 8878, one raw block. */
function zstdFrame(content: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const block = Buffer.alloc(4);
  block.writeUInt32LE((content.length << 3) | 1);
  return Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]),
    size,
    block.subarray(0, 3),
    content,
  ]);
}

/** One archive of the entries of others, whose names may repeat. */
function joinedZips(zips: readonly Uint8Array[]): Buffer {
  const locals: Buffer[] = [];
  const directories: Buffer[] = [];
  let offset = 0;
  for (const zip of zips.map(each => Buffer.from(each))) {
    const start = zip.indexOf('PK\x01\x02');
    const directory = zip.subarray(start, zip.length - 22);
    directory.writeUInt32LE(offset, 42);
    locals.push(zip.subarray(0, start));
    directories.push(directory);
    offset += start;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directories).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directories, end]);
}

describe('an Inspect log', () => {
  test('has its samples in order, deflated or packed by zstd', () => {
    const zip = zipSync({
      'header.json': encodeUtf8('{}'),
      'samples/10_epoch_1.json': sample(10, 'ten'),
      'samples/2_epoch_1.json': sample(2, 'two'),
    });
    const { format, traces, problems } = readTraceFile('a.eval', zip);
    expect([format, problems]).toEqual(['Inspect log', []]);
    expect(traces.map(({ text, isRight }) => [text, isRight])).toEqual([
      ['two', false],
      ['ten', false],
    ]);
    const one = sample(1, 'one');
    const name = 'samples/1_epoch_1.json';
    const zstd = zipOf({ name, method: 93, packed: zstdFrame(one), size: one.length });
    expect(readTraceFile('b.eval', zstd).traces.map(({ text }) => text)).toEqual(['one']);
  });

  test('that is damaged says where', () => {
    const name = 'samples/1_epoch_1.json';
    const broken = zipOf({ name, method: 93, packed: Buffer.from([1, 2, 3, 4]), size: 10 });
    expect(() => readTraceFile('c.eval', broken)).toThrow(
      /c\.eval contains no reasoning trace.*samples\/1_epoch_1/,
    );
    expect(() => readTraceFile('d.eval', zipSync({ 'a.txt': encodeUtf8('x') }))).toThrow(
      /no samples/,
    );
    expect(() => readTraceFile('e.eval', zipSync({ 'header.json': encodeUtf8('{}') }))).toThrow(
      /e\.eval contains no reasoning trace. It is the header of an Inspect log, without samples/,
    );
  });

  test('that is cut short has the samples that are whole, and says that it is cut', () => {
    const zip = zipSync({
      'samples/1_epoch_1.json': sample(1, 'one'),
      'samples/2_epoch_1.json': sample(2, 'two'),
    });
    const second = Buffer.from(zip).indexOf('samples/2_epoch_1.json');
    const directory = Buffer.from(zip).indexOf('PK\x01\x02');
    const cuts = [
      [zip.length - 30, ['one', 'two'], 'before its directory: 2 samples are whole.'],
      [directory, ['one', 'two'], 'before its directory: 2 samples are whole.'],
      [directory - 5, ['one'], 'inside samples/2_epoch_1.json: 1 sample is whole.'],
      [second + 30, ['one'], 'inside samples/2_epoch_1.json: 1 sample is whole.'],
    ] as const;
    for (const [length, texts, words] of cuts) {
      const { traces, problems } = readTraceFile('e.eval', zip.subarray(0, length));
      expect(traces.map(({ text }) => text)).toEqual(texts);
      expect(problems).toEqual([`The archive is truncated ${words}`]);
    }
    expect(() => readTraceFile('f.eval', zip.subarray(0, 60))).toThrow(
      'f.eval contains no reasoning trace. The archive is truncated inside samples/1_epoch_1.json: 0 samples are whole.',
    );
  });

  test('written twice has the later sample', () => {
    const samples = ['first', 'second'].map(text => zipSync({ 'samples/1.json': sample(1, text) }));
    const { traces, problems } = readTraceFile('g.eval', joinedZips(samples));
    expect([traces.map(({ text }) => text), problems]).toEqual([['second'], []]);
  });

  test.skipIf(!hasShared)('of a real run is read', () => {
    const folder = join(shared, 'reasoning/inspect');
    const logs = readdirSync(folder).filter(name => name.endsWith('.eval'));
    expect(logs.length).toBe(2);
    for (const log of logs) {
      const { traces, problems } = readTraceFile(log, readFileSync(join(folder, log)));
      expect(problems).toEqual([]);
      expect(traces.length).toBe(10);
      for (const { text } of traces) expect(['Yes', 'No']).toContain(text);
    }
  });
});

describe('a file', () => {
  test('that is no text, or holds no trace, is refused', () => {
    expect(() => readTraceFile('x.jsonl', Uint8Array.of(0x61, 0xff))).toThrow(
      'x.jsonl is not UTF-8: byte ff at offset 1.',
    );
    expect(() => readTraceFile('x.json', encodeUtf8('{"a": 1}'))).toThrow(
      /no reasoning trace.*"a"/,
    );
    expect(() => readTraceFile('x.jsonl', gzipSync('{"a": 1}'))).toThrow(
      'x.jsonl is compressed with gzip: unpack it first (gunzip).',
    );
    const utf16 = Buffer.from('\ufeffStep 1: add', 'utf16le');
    expect(() => readTraceFile('x.txt', utf16)).toThrow('x.txt is in UTF-16: save it as UTF-8.');
  });

  test('of a program is no trace, whatever is in it, unless the user says so', () => {
    const bytes = encodeUtf8('"""\n<think>\n</think>\n"""');
    expect(() => readTraceFile('a.py', bytes)).toThrow(PlainTextError);
    expect(() => readTraceFile('a.csv', encodeUtf8('q,a\n1,the answer is 4'))).toThrow(
      'a.csv looks like a program or a table by its name, not like a trace.',
    );
    expect(readTraceFile('a.py', bytes, { as: 'text' }).traces.length).toBe(1);
    expect(readTraceFile('a.txt', bytes).traces.length).toBe(1);
  });

  test('that is longer than a string can be is read line by line, at the same places', () => {
    const row = (text: string) => JSON.stringify({ question: 'q', answer: `${text}\n#### 4` });
    const text = `\ufeff${row('é𝄞')}\r\n\n{"a": NaN}\n${row('b')}\n{"cut`;
    const whole = readTraceFile('a.jsonl', encodeUtf8(text));
    expect(
      whole.traces.map(({ id, row: { utf16Start, utf16End } }) => [
        id,
        text.slice(utf16Start, utf16End).trim(),
      ]),
    ).toEqual([
      ['line 1', row('é𝄞')],
      ['line 4', row('b')],
    ]);
    expect(whole.problems).toEqual([
      'line 3 has no supported format: its fields are "a".',
      'line 5 is truncated: a string without an end at line 5, column 2.',
    ]);
    expect(readTraceFile('a.jsonl', encodeUtf8(text), { maxTextBytes: 10 })).toEqual(whole);
    const events = 'data: {"choices": [{"delta": {"content": "4"}}]}\n\ndata: [DONE]\n\n';
    const stream = readTraceFile('a.txt', encodeUtf8(events));
    expect(stream.traces[0]!.text).toBe('4');
    expect(readTraceFile('a.txt', encodeUtf8(events), { maxTextBytes: 10 })).toEqual(stream);
    expect(() => readTraceFile('a.json', encodeUtf8('{"a":\n1}'), { maxTextBytes: 3 })).toThrow(
      /^a\.json has 0 MB. Files larger than 0 MB must have one row per line/,
    );
    const bad = Buffer.concat([encodeUtf8(`${row('a')}\n`), Uint8Array.of(0x22, 0xff)]);
    expect(() => readTraceFile('b.jsonl', bad, { maxTextBytes: 3 })).toThrow(
      `b.jsonl is not UTF-8: byte ff at offset ${bad.length - 1}.`,
    );
  });
});

test('lines of a source are the same however it is cut into chunks', () => {
  const text = 'é\n\n𝄞 b\r\n\nlast';
  const bytes = encodeUtf8(text);
  for (let chunk = 1; chunk <= bytes.length; chunk++) {
    expect([...sourceLines('a', bytesSource(bytes), chunk)]).toEqual([...linesOf(text)]);
  }
});

test('traces are shown until their texts fill the memory', () => {
  const rows = Array.from({ length: 5 }, () => ({ problem: 'q'.repeat(90), generations: ['a'] }));
  const bytes = encodeUtf8(rows.map(row => JSON.stringify(row)).join('\n'));
  const { traces, problems } = readTraceFile('a.jsonl', bytes, { maxTraceText: 200 });
  expect(traces.length).toBe(2);
  expect(problems).toEqual([expect.stringMatching(/^Only the first 2 traces are shown, .* 200 /)]);
});

test('a sample that is a bomb is a problem, and the others are read', () => {
  const one = sample(1, 'a');
  // Its size is believed: nothing is unpacked to see.
  const packed = deflateRawSync(one);
  const log = zipOf(
    { name: 'samples/1.json', method: 0, packed: one, size: one.length },
    { name: 'samples/2.json', method: 8, packed, size: 100_000_000 },
  );
  expect(log.length).toBeLessThan(1e6);
  const { traces, problems } = readTraceFile('a.eval', log);
  expect(traces.length).toBe(1);
  expect(problems).toEqual([
    'samples/2.json: it unpacks to 96 MB by its directory, and at most 64 MB are read.',
  ]);
});
