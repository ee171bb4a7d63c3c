// Inspect's logs in their zips, and files that hold no trace.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
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
      /c\.eval holds no reasoning trace.*samples\/1_epoch_1/,
    );
    expect(() => readTraceFile('d.eval', zipSync({ 'a.txt': encodeUtf8('x') }))).toThrow(
      /no samples/,
    );
    const cut = zipSync({ [name]: sample(1, 'one') }).slice(0, -30);
    expect(() => readTraceFile('e.eval', cut)).toThrow(
      'e.eval cannot be unpacked: it has no directory at its end.',
    );
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

test('a file that is no text, or holds no trace, is refused', () => {
  expect(() => readTraceFile('x.jsonl', Uint8Array.of(0xff, 0xfe))).toThrow(/UTF-8: byte 0/);
  expect(() => readTraceFile('x.json', encodeUtf8('{"a": 1}'))).toThrow(/no reasoning trace.*"a"/);
});
