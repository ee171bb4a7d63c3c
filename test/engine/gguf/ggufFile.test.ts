import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { GgufFile } from '../../../src/engine/gguf/ggufFile';
import { floats, ggufBytes, type GgufValueToWrite } from '../../support/gguf';

const folder = mkdtempSync(join(tmpdir(), 'gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensor = (name: string, value: number) => floats(name, [1], Float32Array.of(value));

function writeParts(
  stem: string,
  change: (i: number) => Record<string, GgufValueToWrite> = () => ({}),
) {
  return ['a', 'b', 'c'].map((name, i) => {
    const path = join(folder, `${stem}-0000${i + 1}-of-00003.gguf`);
    const own: Record<string, GgufValueToWrite> = i === 0 ? { model: ['string', 'm'] } : {};
    const metadata: Record<string, GgufValueToWrite> = {
      ...own,
      'split.no': ['u16', i],
      'split.count': ['u16', 3],
      'split.tensors.count': ['i32', 3],
      ...change(i),
    };
    writeFileSync(path, ggufBytes({ metadata, tensors: [tensor(name, i)] }));
    return path;
  });
}

describe('a model in several files', () => {
  test('is opened by any of them', () => {
    for (const path of writeParts('whole')) {
      const file = new GgufFile(path);
      expect(file.metadata.string('model')).toBe('m');
      const values = ['a', 'b', 'c'].map(name => {
        const bytes = file.bytesOf(file.tensors.get(name)!, 0, 4);
        return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
      });
      expect(values).toEqual([0, 1, 2]);
      file.close();
    }
  });

  test('needs all of them, under their names', () => {
    const [first, second, third] = writeParts('torn') as [string, string, string];
    rmSync(second);
    expect(() => new GgufFile(first)).toThrow(`File not found: ${second}`);
    const other = join(folder, 'other.gguf');
    renameSync(third, other);
    expect(() => new GgufFile(other)).toThrow('is one of 3 parts. Restore its original name');
  });

  test('has parts of one model', () => {
    const [swapped] = writeParts('swapped', i => ({ 'split.no': ['u16', i === 2 ? 1 : i] }));
    expect(() => new GgufFile(swapped!)).toThrow(
      'should be part 3 of 3, but its header gives part 2 of 3',
    );
    const [fewer] = writeParts('fewer', () => ({ 'split.tensors.count': ['i32', 4] }));
    expect(() => new GgufFile(fewer!)).toThrow('have 3 tensors instead of 4');
    const [many] = writeParts('many', () => ({ 'split.count': ['u16', 40_000] }));
    expect(() => new GgufFile(many!)).toThrow('is in 40000 parts');
  });
});
